"""The vendored browser libraries are what VENDOR.json says."""

import json

from marketplace.web import vendor_assets


def test_every_vendored_file_has_its_recorded_hash():
    """No vendored file was changed after it was fetched."""
    record = json.loads(vendor_assets.RECORD.read_text(encoding="utf-8"))
    vendor, sha256 = vendor_assets.VENDOR, vendor_assets.sha256
    found = {row["file"]: sha256(vendor / row["file"]) for row in record}
    assert found == {row["file"]: row["sha256"] for row in record}


def test_no_vendored_file_is_unrecorded_and_each_package_has_its_licence():
    """Every file below vendor/ is recorded, and every package brings its licence."""
    record = json.loads(vendor_assets.RECORD.read_text(encoding="utf-8"))
    files = {row["file"] for row in record}
    lying = {
        path.relative_to(vendor_assets.VENDOR).as_posix()
        for path in vendor_assets.VENDOR.rglob("*")
        if path.is_file() and path != vendor_assets.RECORD
    }
    assert lying == files
    assert all(f"{name}/LICENSE" in files for name, *_ in vendor_assets.PACKAGES)


def test_the_record_names_the_pinned_versions():
    """The record and the refresh script name the same packages and versions."""
    record = json.loads(vendor_assets.RECORD.read_text(encoding="utf-8"))
    assert {(row["name"], row["version"], row["licence"]) for row in record} == {
        package[:3] for package in vendor_assets.PACKAGES
    }
