"""The files that run the app as a service: whether their programs take them, and whether they fit the app."""

import configparser
import re
import shutil
import subprocess
import tomllib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from geo.settings import FILE_VARIABLE, Settings, settings

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = DEPLOY / "systemd"
MIB = 1024**2
ENTRY = re.compile(r"[a-z_]+ = |\[\[[a-z_]+\]\]")


def upload_limit() -> int:
    config = tomllib.loads((DEPLOY.parent / ".streamlit/config.toml").read_text(encoding="utf-8"))
    return config["server"]["maxUploadSize"] * MIB


# ---- settings.toml ----


def taken(folder, monkeypatch, text: str) -> Settings:
    file = folder / f"{len(text)}.toml"
    file.write_text(text, encoding="utf-8")
    monkeypatch.setenv(FILE_VARIABLE, str(file))
    for name in ("XIGANG_STATE_DIR", "XIGANG_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return settings()


def test_the_shipped_settings_change_nothing_until_a_line_is_uncommented(tmp_path, monkeypatch):
    text = (DEPLOY / "settings.toml").read_text(encoding="utf-8")
    assert taken(tmp_path, monkeypatch, text) == Settings()
    every_line = re.sub(f"^# (?={ENTRY.pattern})", "", text, flags=re.MULTILINE)
    read = taken(tmp_path, monkeypatch, every_line)
    assert read.model_fields_set == set(Settings.model_fields), "every setting is there, and no other"
    for key in ("port", "frame_ancestors", "log_file_mb", "log_files", "session_hours"):
        assert getattr(read, key) == getattr(Settings(), key), "what is written there is the default"


def test_every_setting_is_explained_in_chinese_and_english():
    paragraphs = (DEPLOY / "settings.toml").read_text(encoding="utf-8").split("\n\n")
    for key in Settings.model_fields:
        (told,) = (each for each in paragraphs if re.search(rf"^# (\[\[)?{key}(\]\]| = )", each, re.MULTILINE))
        comments = " ".join(line for line in told.splitlines() if not ENTRY.match(line.removeprefix("# ")))
        assert re.search(r"[一-鿿]{2}", comments) and re.search(r"[A-Za-z]+ [a-z]+", comments), key


def test_the_guide_tells_of_every_setting_in_both_languages():
    for guide in ("README.md", "README.zh-CN.md"):
        text = (DEPLOY / guide).read_text(encoding="utf-8")
        assert all(f"`{key}`" in text for key in Settings.model_fields), guide


def test_the_guide_has_a_bundles_folders_and_the_one_process_stopped_before_several():
    launcher = (DEPLOY / "bundle/launch.py").read_text(encoding="utf-8")
    usual = re.findall(r'"(\w+_dir)": ROOT / "(\w+)"', launcher)
    assert len(usual) >= 2
    for guide in ("README.md", "README.zh-CN.md"):
        text = (DEPLOY / guide).read_text(encoding="utf-8")
        for key, folder in usual:
            assert re.search(rf"^\| `{key}` \| `\w+` \| `{folder}`", text, re.MULTILINE), (guide, key)
        one, several = text.index("disable --now xigang-map "), text.index("enable xigang-map@8501")
        assert one < several


# ---- systemd ----


def unit(name: str) -> configparser.ConfigParser:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str
    read.read(UNITS / name, encoding="utf-8")
    return read


def test_systemd_takes_the_units(tmp_path):
    if not (program := shutil.which("systemd-analyze")):
        pytest.skip("NOT RUN for want of systemd-analyze, which checks the units")
    for name in ("start.sh", "backup.sh"):  # systemd looks whether they are there
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    for shipped in UNITS.iterdir():
        named = tmp_path / shipped.name.replace("@.", "@8501.")
        named.write_text(shipped.read_text(encoding="utf-8").replace("/opt/xigang-map/current", str(tmp_path)))
    units = sorted(tmp_path.glob("xigang-map*"))
    assert len(units) == 5
    checked = subprocess.run([program, "verify", "--man=no", *units], capture_output=True, text=True, check=False)
    assert (checked.returncode, [line for line in checked.stderr.splitlines() if "xigang" in line]) == (0, [])


def test_the_service_may_write_to_its_own_folder_alone_and_is_started_again():
    service = unit("xigang-map.service")["Service"]
    wanted = {"User": "xigang-map", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
              "PrivateTmp": "yes", "CapabilityBoundingSet": "", "ReadWritePaths": "/opt/xigang-map",
              "Restart": "on-failure"}  # fmt: skip
    assert wanted.items() <= dict(service).items()
    assert unit("xigang-map.service")["Unit"]["StartLimitIntervalSec"] == "0", "as often as it takes"


def test_one_process_and_several_differ_in_the_port_alone():
    one, several = unit("xigang-map.service"), unit("xigang-map@.service")
    assert several["Service"].pop("ExecStart").replace(" --port %i", "") == one["Service"].pop("ExecStart")
    assert dict(one["Service"]) == dict(several["Service"])
    assert several["Unit"]["PartOf"] == several["Install"]["WantedBy"] == "xigang-map.target"


# ---- the proxies ----


def test_both_proxies_take_uploads_that_the_app_takes_and_hardly_more():
    conf = (DEPLOY / "nginx/xigang-map.conf").read_text(encoding="utf-8")
    (nginx_mib,) = map(int, re.findall(r"^\s*client_max_body_size (\d+)m;$", conf, re.MULTILINE))
    iis = int(ET.parse(DEPLOY / "iis/web.config").find(".//requestLimits").get("maxAllowedContentLength"))
    for most in (nginx_mib * MIB, iis):
        assert upload_limit() + 10_000 < most < upload_limit() + 2 * MIB


def test_the_rules_for_iis_lead_where_they_should():
    rules = {rule.get("name"): rule for rule in ET.parse(DEPLOY / "iis/web.config").iter("rule")}
    https, root, proxied = rules.values()
    matching = {name: re.compile(rule.find("match").get("url")) for name, rule in rules.items() if rule is not https}
    assert https.find("action").get("url").startswith("https://") and https.find("conditions/add").get("pattern")
    expected = {"": root, "xigang": root, "xigang/": proxied, "xigang/_stcore/stream": proxied, "xigangx": None,
                "other/xigang/": None}  # fmt: skip
    for path, rule in expected.items():
        led_by = [name for name, pattern in matching.items() if pattern.search(path)]
        assert led_by == ([] if rule is None else [rule.get("name")]), path
    assert proxied.find("action").get("url") == "http://127.0.0.1:8501/{R:0}"
    assert all(rule.get("stopProcessing") == "true" for rule in rules.values())
