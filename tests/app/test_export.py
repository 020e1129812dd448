"""The export page: what the form asks for, what it says, and the file that comes of it."""

import io
import json

import pytest
from PIL import Image

from exports.formats import FORMATS
from exports.presets import load_presets, presets_path, save_preset
from exports.request import ExportRequest, Extent, Purpose
from geo.filter import ProjectFilter
from geo.vocabulary import Phase
from layers.words import LANGUAGES, words_in
from tests.app.test_pages import all_text, component, features, ids, open_app

PAGE = "pages/export.py"


@pytest.fixture(autouse=True)
def presets_file():
    """The file of settings that are kept, none at first; all else that is stored stays, so nothing is read anew."""
    path = presets_path()
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


def test_the_page_shares_the_filter_and_says_what_the_file_holds():
    app = open_app(PAGE, phase="key")
    assert not app.exception
    wanted, placed = ids(lambda p: p["phase"] == "key"), ids(lambda p: p["phase"] == "key", placed=True)
    text = all_text(app)
    assert f"含 {len(wanted)} 项：已落图 {len(placed)} 项，未落图 {len(wanted) - len(placed)} 项。" in text
    assert "阶段：重点实施（20 项）" in text.replace("\\", "")
    assert component(app, "map_frame")["visible"] is False


DISTRICTS = {"zh": "西岗区", "en": "Xigang", "ja": "西崗区", "ko": "시강구", "ru": "Сиган"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_format_offers_a_file_in_every_language(language):
    app, words = open_app(PAGE, lang=language), words_in(language)
    for code, each in FORMATS.items():
        app.selectbox(key="x_format").set_value(code).run()
        assert not app.exception, code
        assert words(f"export.about_{code}") in all_text(app)
        labels = {button.label for button in app.button} | {e.proto.label for e in app.get("download_button")}
        assert words("export.make" if each.is_slow else "export.download") in labels, code
        named = [line for line in unescaped(app) if line.endswith(each.suffix)]
        assert any(DISTRICTS[language] in line for line in named), code


def unescaped(app):
    return all_text(app).replace("\\", "").splitlines()


def test_public_without_a_number_says_that_the_boundary_is_left_out():
    app = open_app(PAGE)
    app.segmented_control(key="x_purpose").set_value("public").run()
    assert words_in("zh")("export.without_review") in all_text(app)
    app.text_input(key="x_review").set_value("辽S(2026)001号").run()
    assert not app.exception and words_in("zh")("export.without_review") not in all_text(app)


def test_the_extent_begins_with_what_is_picked_on_the_map():
    app = open_app(PAGE, element="bay-south")
    app.segmented_control(key="x_extent").set_value("element").run()
    assert app.selectbox(key="x_element").value == "bay-south"
    app = open_app(PAGE, site="huizhi-yunding")
    app.segmented_control(key="x_extent").set_value("site").run()
    assert app.selectbox(key="x_site").value == "huizhi-yunding"
    assert len(app.selectbox(key="x_site").options) == sum(f["geometry"] is not None for f in features())


def test_the_view_brought_from_the_map_is_offered():
    app = open_app(PAGE)
    assert "view" not in app.segmented_control(key="x_extent").options
    app.session_state["export_bounds"] = (121.60, 38.90, 121.63, 38.93)
    app.run()
    app.segmented_control(key="x_extent").set_value("view").run()
    assert not app.exception
    assert any("当前视图" in line and line.endswith(".png") for line in unescaped(app))


def test_characters_without_a_glyph_are_told_before_the_file_is_made():
    app = open_app(PAGE)
    app.text_input(key="x_title").set_value("会议 😀").run()
    assert "U+1F600" in "\n".join(warning.value for warning in app.warning)


def test_an_empty_filter_result_says_so():
    app = open_app(PAGE, q="没有这个项目")
    assert not app.exception
    assert words_in("zh")("export.nothing") in "\n".join(info.value for info in app.info)


def test_settings_are_kept_used_and_forgotten():
    app = open_app(PAGE, phase="key")
    app.text_input(key="x_preset_name").set_value("周会").run()
    next(b for b in app.button if b.label == words_in("zh")("export.preset_save")).click().run()
    kept = load_presets()
    assert kept["周会"].filter == ProjectFilter(phases=frozenset({Phase.KEY}))
    fresh = open_app(PAGE)
    next(b for b in fresh.button if b.label == words_in("zh")("export.preset_use")).click().run()
    assert component(fresh, "map_frame")["query"] == "phase=key"
    next(b for b in fresh.button if b.label == words_in("zh")("export.preset_delete")).click().run()
    assert load_presets() == {}


def test_a_preset_brings_back_every_setting():
    request = ExportRequest(
        size="a3-portrait", language="en", title="Weekly", extent=Extent(kind="element", id="bay-north"),
        purpose=Purpose(kind="public", review_number="S-1"), hidden=frozenset({"metro"}),
    )  # fmt: skip
    save_preset("weekly", request)
    app = open_app(PAGE)
    next(b for b in app.button if b.label == words_in("zh")("export.preset_use")).click().run()
    assert not app.exception
    values = {box.key: box.value for box in app.selectbox} | {field.key: field.value for field in app.text_input}
    assert (values["x_size"], values["x_element"], values["x_title"], values["x_review"]) == (
        "a3-portrait", "bay-north", "Weekly", "S-1",
    )  # fmt: skip
    assert component(app, "map_frame")["query"] == "hide=metro"


def test_a_preset_of_another_version_is_passed_over(presets_file):
    broken = {"old": {"size": "a0"}, "good": {"size": "a4-portrait"}}
    presets_file.write_text(json.dumps(broken), encoding="utf-8")
    app = open_app(PAGE)
    assert not app.exception
    assert app.selectbox(key="x_preset").options == ["good"]


def test_the_picture_to_copy_is_the_sheet():
    import base64

    app = open_app(PAGE)
    app.session_state["copied_picture"] = (1, None)
    app.run()
    message = component(app, "copy_picture")
    picture = Image.open(io.BytesIO(base64.b64decode(message["picture"])))
    assert message["number"] == 1 and picture.format == "PNG" and picture.size == (2000, 1125)


def test_the_sheet_of_a_picked_project_is_asked_for_from_its_details_and_in_two_languages():
    app = open_app("pages/map.py", site="yinxiangcheng")
    app.button(key="site_sheet").click().run()
    app.switch_page(PAGE).run()
    assert app.selectbox(key="x_format").value == "sitesheet"
    app.selectbox(key="x_second_language").set_value("ru").run()
    request = app.session_state["x_asked"]
    assert (request.filter.only, request.second_language) == (frozenset({"yinxiangcheng"}), "ru")
    app.selectbox(key="x_language").set_value("ru").run()
    assert not app.exception and app.session_state["x_asked"].second_language is None
    app.selectbox(key="x_format").set_value("pdf").run()
    assert "x_second_language" not in [box.key for box in app.selectbox]


def test_a_shortlist_is_exported_in_its_own_order():
    in_plan = [f["id"] for f in features()]
    listed = [in_plan[40], in_plan[3], in_plan[17]]
    app = open_app(PAGE, list=",".join(listed))
    app.session_state["x_format"] = "sitesheet"
    app.run()
    assert app.session_state["x_asked"].sites == () and not app.session_state["x_asked"].filter.only
    app.button(key="x_shortlist").click().run()
    assert not app.exception
    assert app.session_state["x_asked"].sites == tuple(listed)
    assert app.session_state["x_asked"].filter.only == frozenset(listed)
