"""The stations of the log and the activities, in the words of the product."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Station:
    """A station of the log as a resource: code, Chinese name, kind, service code, yuan an hour."""

    code: str
    name: str
    kind: str
    service_code: str
    rate: str


STATIONS: dict[str, Station] = {
    "Machine 1 - Lapping": Station("PL-M01", "1号研磨机", "machine", "3.3.5", "70.00"),
    "Machine 2 - Round Grinding": Station("PL-M02", "2号外圆磨床", "machine", "3.3.1", "90.00"),
    "Machine 3 - Round Grinding": Station("PL-M03", "3号外圆磨床", "machine", "3.3.1", "90.00"),
    "Machine 4 - Turning & Milling": Station("PL-M04", "4号车铣中心", "machine", "3.2", "120.00"),
    "Machine 5 - Turning & Milling": Station("PL-M05", "5号车铣中心", "machine", "3.2", "120.00"),
    "Machine 6 - Turning & Milling": Station("PL-M06", "6号车铣中心", "machine", "3.2", "120.00"),
    "Machine 7- Laser Marking": Station("PL-M07", "7号激光打标机", "machine", "3.4.1.5", "60.00"),
    "Machine 8 - Turning & Milling": Station("PL-M08", "8号车铣中心", "machine", "3.2", "120.00"),
    "Machine 9 - Turning & Milling": Station("PL-M09", "9号车铣中心", "machine", "3.2", "120.00"),
    "Machine 10 - Grinding": Station("PL-M10", "10号磨铣单元", "machine", "3.2", "100.00"),
    "Machine 11 - Grinding": Station("PL-M11", "11号平面磨床", "machine", "3.3.1", "80.00"),
    "Machine 12 - Grinding": Station("PL-M12", "12号磨床", "machine", "3.3.1", "80.00"),
    "Machine 14 - Milling": Station("PL-M14", "14号铣床", "machine", "3.2.3", "85.00"),
    "Machine 15 - Turning": Station("PL-M15", "15号车床", "machine", "3.2.1", "70.00"),
    "Machine 16 - Milling": Station("PL-M16", "16号铣床", "machine", "3.2.3", "85.00"),
    "Machine 27 - Grinding": Station("PL-M27", "27号磨床", "machine", "3.3.1", "80.00"),
    "Quality Check 1": Station("PL-QC1", "检验站", "lab", "I.lab.metrology", "60.00"),
    "Packing": Station("PL-PK1", "包装站", "warehouse", "S.wh.packing", "40.00"),
    "other": Station("PL-OT1", "钳工与外协工位", "machine", "4.1", "45.00"),
}

ACTIVITIES: dict[str, str] = {
    "Turning & Milling": "3.2",
    "SETUP Turning & Milling": "3.2",
    "Turn & Mill. & Screw Assem": "3.2",
    "Turning": "3.2.1",
    "Turning Rework": "3.2.1",
    "Milling": "3.2.3",
    "Rework Milling": "3.2.3",
    "Round Grinding": "3.3.1",
    "Flat Grinding": "3.3.1",
    "Grinding Rework": "3.3.1",
    "Lapping": "3.3.5",
    "Laser Marking": "3.4.1.5",
    "Stress Relief": "6.2.1",
    "Fix": "4.1",
    "Change Version": "4.1",
    "Packing": "S.wh.packing",
    "Final Inspection": "I.lab.metrology",
    "Final Inspection Q.C.": "I.lab.metrology",
    "Turning & Milling Q.C.": "I.lab.metrology",
    "Turning Q.C.": "I.lab.metrology",
    "Milling Q.C.": "I.lab.metrology",
    "Round Q.C.": "I.lab.metrology",
    "Nitration Q.C.": "I.lab.metrology",
}
