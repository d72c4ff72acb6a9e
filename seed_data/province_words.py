"""What the province is made of: cities, trades, machine types and services, as plain tables.

Prices follow published Chinese shop and laboratory tariffs in size; they are invented.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class City:
    """A city: region code, letters, name, dialling code, share of companies, district points."""

    region: str
    short: str
    zh: str
    area: str
    weight: int
    districts: tuple[tuple[str, float, float], ...]


CITIES: tuple[City, ...] = (
    City("370100", "JN", "济南", "0531", 9,
         (("历城区", 36.681, 117.065), ("章丘区", 36.681, 117.526), ("莱芜区", 36.203, 117.660))),
    City("370200", "QD", "青岛", "0532", 9,
         (("城阳区", 36.307, 120.396), ("即墨区", 36.389, 120.447))),
    City("370300", "ZB", "淄博", "0533", 5,
         (("张店区", 36.807, 118.018), ("周村区", 36.803, 117.870))),
    City("370400", "ZZ", "枣庄", "0632", 2,
         (("薛城区", 34.795, 117.263), ("滕州市", 35.114, 117.166))),
    City("370500", "DY", "东营", "0546", 2,
         (("东营区", 37.449, 118.582), ("广饶县", 37.054, 118.407))),
    City("370600", "YT", "烟台", "0535", 6,
         (("福山区", 37.498, 121.268), ("莱山区", 37.473, 121.445))),
    City("370700", "WF", "潍坊", "0536", 7,
         (("奎文区", 36.707, 119.132), ("诸城市", 35.996, 119.410))),
    City("370800", "JI", "济宁", "0537", 4,
         (("任城区", 35.444, 116.606), ("兖州区", 35.553, 116.784))),
    City("370900", "TA", "泰安", "0538", 3,
         (("岱岳区", 36.188, 117.041), ("肥城市", 36.182, 116.768))),
    City("371000", "WH", "威海", "0631", 3,
         (("环翠区", 37.501, 122.113), ("文登区", 37.194, 122.057))),
    City("371100", "RZ", "日照", "0633", 2,
         (("东港区", 35.425, 119.462), ("莒县", 35.580, 118.837))),
    City("371300", "LY", "临沂", "0539", 5,
         (("罗庄区", 34.997, 118.285), ("河东区", 35.090, 118.402))),
    City("371400", "DZ", "德州", "0534", 3,
         (("德城区", 37.451, 116.300), ("禹城市", 36.934, 116.638))),
    City("371500", "LC", "聊城", "0635", 3,
         (("东昌府区", 36.435, 115.989), ("临清市", 36.838, 115.705))),
    City("371600", "BZ", "滨州", "0543", 3,
         (("滨城区", 37.430, 118.019), ("邹平市", 36.863, 117.743))),
    City("371700", "HZ", "菏泽", "0530", 2,
         (("牡丹区", 35.252, 115.417), ("郓城县", 35.600, 115.944))),
)

STEEL = "碳钢;合金钢;铸铁"
NONFERROUS = "铝合金;铜合金"
HARD = "合金钢;不锈钢;模具钢"
ALL_METAL = "碳钢;合金钢;不锈钢;铝合金;铸铁"


@dataclass(frozen=True)
class Kind:
    """A type of resource: code letters, kind, service code, name, models, what it can do, price.

    `envelope` is x, y, z in mm and `tolerance` in micrometres (machines only); `rate` is the
    range of yuan an hour; `piece` the minutes a piece and the yuan a piece, lowest and highest.
    """

    letters: str
    kind: str
    service_code: str
    name: str
    models: tuple[str, ...]
    rate: tuple[int, int]
    lanes: tuple[int, int] = (1, 1)
    materials: str = ""
    envelope: tuple[int, int, int] | None = None
    tolerance: tuple[int, int] | None = None
    piece: tuple[float, float] | None = None
    weight: int = 1


def _machine(letters: str, code: str, name: str, models: str, rate: tuple[int, int],
             **more: Any) -> Kind:
    more.setdefault("materials", ALL_METAL)
    more.setdefault("piece", (2.0, 20.0))
    return Kind(letters, "machine", code, name, tuple(models.split(";")), rate, **more)


MACHINES: tuple[Kind, ...] = (
    _machine("TC", "3.2.1", "数控车床", "CK6150;CAK50135;CKA6163;HTC2050", (45, 80),
             envelope=(500, 500, 1000), tolerance=(10, 30), weight=9),
    _machine("VM", "3.2.3", "立式加工中心", "VMC850;VMC1060;XH715;VDL-1000", (60, 110),
             envelope=(1000, 600, 600), tolerance=(8, 20), weight=10),
    _machine("HM", "3.2.3", "卧式加工中心", "HMC63;MAR-630H;TH6563", (130, 220),
             envelope=(1000, 900, 900), tolerance=(5, 12), weight=4),
    _machine("F5", "3.2.3", "五轴加工中心", "DMU65;VMC25100U;GMC1600H5;JDGR400", (180, 340),
             envelope=(800, 800, 600), tolerance=(4, 10), materials=HARD + ";铝合金;钛合金",
             weight=5),
    _machine("GM", "3.2.3", "数控龙门铣床", "XK2420;GMC2560;XHA2430", (160, 280),
             envelope=(6000, 2500, 1000), tolerance=(20, 50), weight=3),
    _machine("MT", "3.2", "车铣复合中心", "INTEGREX-i300;NTX2000;HTM63150", (200, 320),
             envelope=(600, 600, 1500), tolerance=(5, 12), materials=HARD + ";铝合金", weight=3),
    _machine("BM", "3.2.2", "数控镗铣床", "TK6513;TPX6113;TK6916", (120, 220),
             envelope=(2500, 1500, 1200), tolerance=(10, 25), weight=3),
    _machine("GR", "3.3.1", "数控外圆磨床", "MK1320;MKE1332;H405", (70, 130),
             envelope=(320, 320, 1000), tolerance=(2, 6), materials=STEEL + ";不锈钢", weight=5),
    _machine("SG", "3.3.1", "平面磨床", "M7140;MK7150;SGS-50100", (55, 95),
             envelope=(1000, 500, 400), tolerance=(3, 8), materials=STEEL + ";模具钢", weight=3),
    _machine("WE", "3.4.1.4", "慢走丝线切割机", "AQ560L;CUT-P350;FR-500", (60, 110),
             envelope=(560, 400, 300), tolerance=(2, 5), materials=HARD + ";硬质合金", weight=4),
    _machine("ED", "3.4.1.4", "电火花成形机", "AG60L;FORM-20;DK7145", (50, 90),
             envelope=(600, 400, 350), tolerance=(5, 15), materials=HARD, weight=3),
    _machine("LC", "3.4.1.5", "光纤激光切割机", "G3015H;GF-3015;P6018D", (150, 280),
             envelope=(3000, 1500, 25), tolerance=(50, 100), materials="碳钢;不锈钢;铝合金",
             piece=(0.5, 6.0), weight=6),
    _machine("PB", "2.4.1", "数控折弯机", "PR6C-225;WE67K-160;HPE-100", (70, 120),
             envelope=(3200, 400, 200), tolerance=(100, 300), materials="碳钢;不锈钢;铝合金",
             piece=(0.5, 5.0), weight=4),
    _machine("PU", "3.1.1", "数控转塔冲床", "MT-300E;HIQ-3048;VISION-1250", (100, 170),
             envelope=(2500, 1250, 6), tolerance=(100, 200), materials="碳钢;不锈钢;铝合金",
             piece=(0.3, 3.0), weight=2),
    _machine("WR", "4.6", "焊接机器人工作站", "AR1440;IRB1520ID;SA1800", (110, 190),
             envelope=(2000, 1500, 1200), tolerance=(300, 800), materials="碳钢;不锈钢;铝合金",
             lanes=(1, 2), piece=(3.0, 30.0), weight=5),
    _machine("CA", "1.1", "树脂砂铸造线", "S2520;HWS-900", (260, 480),
             envelope=(1200, 900, 600), tolerance=(500, 1200), materials="灰铸铁;球墨铸铁",
             piece=(4.0, 25.0), weight=3),
    _machine("FO", "2.1.3", "热模锻压力机", "MP-1600;J58K-1000;C92K-25", (320, 560),
             envelope=(600, 400, 300), tolerance=(300, 800), materials="碳钢;合金钢",
             piece=(0.5, 3.0), weight=2),
    _machine("IM", "1.2", "注塑机", "HTF250;MA3200;JU4500", (60, 130),
             envelope=(600, 500, 400), tolerance=(50, 100), materials="ABS;PP;PA66;POM",
             piece=(0.4, 2.0), weight=5),
    _machine("HT", "6.2.2", "真空淬火炉", "WZC-60;VKNQ-669;VHQ-446", (180, 320),
             envelope=(600, 600, 900), materials=HARD, piece=(1.0, 8.0), weight=3),
    _machine("NI", "6.2.7", "渗氮炉", "LDMC-75;RN-90;HCS-3", (150, 260),
             envelope=(900, 900, 1200), materials="合金钢;模具钢", piece=(1.0, 8.0), weight=2),
    _machine("PC", "5.4", "粉末喷涂线", "PCL-120;GEMA-OC09", (220, 360),
             envelope=(3000, 1200, 1500), materials="碳钢;铝合金", piece=(0.5, 4.0), weight=3),
    _machine("PV", "5.8", "真空镀膜机", "PVD-1200;HCVAC-1612", (200, 380),
             envelope=(800, 800, 900), materials=HARD, piece=(2.0, 12.0), weight=2),
    _machine("AP", "M.am.metal", "金属3D打印机", "BLT-S400;EP-M260;HBD-350", (180, 360),
             envelope=(400, 250, 400), tolerance=(50, 100),
             materials="钛合金;不锈钢;铝合金;模具钢", piece=(60.0, 400.0), weight=3),
    _machine("AN", "M.am.polymer", "光固化3D打印机", "SLA660;Lite800", (60, 120),
             envelope=(600, 600, 400), tolerance=(100, 200), materials="光敏树脂",
             piece=(20.0, 120.0), weight=2),
)

LABS: tuple[Kind, ...] = (
    Kind("LM", "lab", "I.lab.metrology", "三坐标测量室", ("GLOBAL-S", "ACCURA-II", "Daisy-8106"),
         (160, 320), piece=(8.0, 40.0), weight=4),
    Kind("LT", "lab", "I.lab.material", "力学与金相实验室", ("AG-X-100", "WAW-600", "GX53"),
         (180, 300), piece=(15.0, 60.0), weight=3),
    Kind("LX", "lab", "I.lab.chemical", "光谱分析室", ("SPECTROLAB", "ICP-5000"),
         (220, 360), piece=(10.0, 30.0), weight=2),
    Kind("LN", "lab", "I.lab.ndt", "无损检测室", ("XTH-225", "USM-36"), (240, 420),
         piece=(10.0, 60.0), weight=2),
    Kind("LE", "lab", "I.lab.environment", "环境可靠性实验室", ("GDW-1000", "LDS-V875"),
         (150, 260), (1, 3), weight=2),
    Kind("LQ", "lab", "I.lab.emc", "电磁兼容实验室", ("SAC-10",), (700, 1200)),
)

EXPERTS: tuple[Kind, ...] = (
    Kind("XP", "expert", "I.expert.process", "切削工艺专家", ("高级工程师",), (260, 520), weight=3),
    Kind("XQ", "expert", "I.expert.quality", "质量工程专家", ("注册质量工程师",), (240, 460),
         weight=2),
    Kind("XA", "expert", "I.expert.automation", "自动化改造专家", ("高级技师",), (240, 480),
         weight=2),
)

DESKS: tuple[Kind, ...] = (
    Kind("DM", "design_desk", "I.design.mechanical", "机械设计席位", ("SolidWorks", "NX", "Creo"),
         (90, 180), (1, 4), weight=3),
    Kind("DT", "design_desk", "I.design.mould", "模具设计席位", ("NX-Mold", "Cimatron"),
         (100, 200), (1, 3), weight=2),
    Kind("DS", "design_desk", "I.design.simulation", "仿真分析席位", ("Ansys", "Abaqus"),
         (160, 300), (1, 2), weight=2),
    Kind("AD", "data_desk", "S.data.analysis", "生产数据分析席位", ("Python工作站",), (120, 240),
         (1, 3), weight=3),
    Kind("AM", "data_desk", "S.data.monitoring", "设备远程运维席位", ("IoT-Hub",), (90, 180),
         (1, 3), weight=2),
    Kind("AS", "data_desk", "S.data.scheduling", "排产优化顾问席位", ("APS工作站",), (150, 280),
         weight=2),
)

LOGISTICS: tuple[Kind, ...] = (
    Kind("WP", "warehouse", "S.wh.pallet", "托盘库", ("横梁货架",), (4, 8), (20, 60), weight=3),
    Kind("WC", "warehouse", "S.wh.cold", "冷库", ("-18℃冷库",), (12, 20), (8, 24)),
    Kind("WK", "warehouse", "S.wh.packing", "包装分拣台", ("半自动包装线",), (60, 110), (1, 4),
         piece=(0.3, 2.0), weight=2),
    Kind("TG", "truck", "S.truck.general", "9.6米厢式货车", ("解放J6L", "欧曼ETX"),
         (90, 140), (1, 4), weight=3),
    Kind("TH", "truck", "S.truck.heavy", "17.5米平板车", ("豪沃T7H", "汕德卡C7H"),
         (150, 230), (1, 2)),
    Kind("TL", "truck", "S.truck.cold", "冷藏车", ("福田欧马可",), (120, 180), (1, 2)),
    Kind("TV", "truck", "S.truck.city", "4.2米城配车", ("凯马W3", "时代领航"), (60, 95),
         (1, 5), weight=3),
)

NAME_HEADS: tuple[str, ...] = (
    "鲁岳", "泉合", "海岱", "齐越", "泰衡", "岱阳", "沂川", "胶澜", "潍锐", "汶禾", "蓝湾", "临拓",
    "昆嵛", "渤安", "济枢", "锦泽", "恒铸", "众擎", "嘉砺", "博曜", "瑞钧", "启衡", "正垣", "宏澈",
    "远砺", "金屿", "东砚", "盛弘", "天枢", "信垚", "凯澄", "华砺", "卓岳", "铭轩", "力坤", "腾岩",
    "同曜", "德隽", "润衡", "百炼", "新垦", "精垒", "立昂", "佳楷", "创衡", "通垚", "安朔", "晟铎",
    "合钧", "广砚", "联曜", "丰垣", "捷铎", "永砺", "中垚", "大垒", "长朔", "光铎", "智垣", "云砚",
    "弘砺", "冠垚", "兴朔", "利铎", "万垣", "顺砚", "明曜", "富垒", "诚朔", "汇铎",
)
FACTORY_TRADES: tuple[tuple[str, str, str], ...] = (
    ("精密机械", "3484", "TC VM VM F5 GR SG WE"),
    ("数控装备", "3421", "VM HM GM BM MT F5"),
    ("模具科技", "3525", "VM F5 WE ED SG HT"),
    ("汽车零部件", "3670", "TC TC HM VM GR WR"),
    ("液压件", "3444", "TC GR HM MT BM"),
    ("轴承制造", "3451", "TC GR GR SG HT"),
    ("农机装备", "3572", "LC PB WR TC PC PU"),
    ("铸造", "3391", "CA CA GM BM VM"),
    ("锻压", "3393", "FO FO TC HT"),
    ("钣金制造", "3311", "LC LC PB PU WR PC"),
    ("塑业", "2929", "IM IM IM AN WE"),
    ("表面工程", "3360", "PC PV HT NI"),
    ("增材科技", "3493", "AP AP AN VM F5"),
)
OTHER_TRADES: dict[str, tuple[tuple[str, str], ...]] = {
    "lab": (("检测技术", "7452"), ("计量测试", "7453"), ("工程技术研究院", "7320")),
    "logistics": (("物流", "5431"), ("仓储服务", "5920"), ("供应链管理", "7224")),
    "data": (("智能科技", "6550"), ("工业互联网", "6560")),
    "buyer": (("机电设备", "3499"), ("医疗器械", "3581"), ("泵业", "3441"), ("自动化", "3491"),
              ("仪器仪表", "4011"), ("环保装备", "3591"), ("智能家居", "3969")),
}
SURNAMES = "王李张刘陈杨赵孙周徐马朱胡郭何高林罗郑梁宋谢唐韩曹许邓冯"
GIVEN = ("建国", "志强", "海燕", "立新", "晓明", "文静", "光辉", "秀英", "春雷", "振东", "丽娜",
         "永刚", "爱华", "俊杰", "玉梅", "德胜", "思远", "雅琴", "庆伟", "国栋")
