"""The message catalogues and the choice of a language."""

import json

import pytest

from marketplace.core import i18n


@pytest.fixture
def strict():
    """A missing message raises, as in the test suite of the product."""
    before = i18n._mode["strict"]
    i18n.strict(True)
    yield
    i18n.strict(before)


@pytest.fixture
def messages(monkeypatch):
    """A small catalogue of its own, the same for both languages."""
    texts = {
        "hello": "Hello {name}",
        "jobs.one": "{count} job",
        "jobs.other": "{count} jobs",
    }
    monkeypatch.setattr(i18n, "catalogue", lambda lang: texts)
    return texts


def plain(lang):
    """Keys and placeholders of a language, with the plural form that zh does without left out."""
    found = {key: i18n.placeholders(text) for key, text in i18n.read(lang).items()}
    return {key: names for key, names in found.items() if not key.endswith(".one")}


def test_both_languages_have_the_same_keys():
    """No message exists in one language only."""
    assert set(plain("zh")) ^ set(plain("en")) == set()


def test_both_languages_have_the_same_placeholders():
    """A message names the same parameters in both languages."""
    zh, en = plain("zh"), plain("en")
    assert {key for key in zh.keys() & en.keys() if zh[key] != en[key]} == set()


def test_a_singular_has_its_plural():
    """Every `.one` stands beside an `.other` with the same parameters."""
    for lang in i18n.LANGUAGES:
        texts = i18n.read(lang)
        for key in (key for key in texts if key.endswith(".one")):
            other = texts[key.removesuffix("one") + "other"]
            assert i18n.placeholders(texts[key]) <= i18n.placeholders(other), key


def test_no_message_is_empty():
    """Every message says something."""
    for lang in i18n.LANGUAGES:
        assert [key for key, text in i18n.read(lang).items() if not text.strip()] == []


def test_chinese_messages_use_no_word_of_courtesy_the_style_forbids():
    """zh speaks like a colleague: no 您, no 亲, no 请稍后再试."""
    for key, text in i18n.read("zh").items():
        assert not any(word in text for word in ("您", "亲，", "请稍后再试")), key


def test_placeholders_are_filled(messages, strict):
    """Parameters go where their names stand."""
    assert i18n.translate("en", "hello", name="Li") == "Hello Li"


def test_a_value_with_braces_is_not_filled_again(messages, strict):
    """A parameter's own braces stay as they are."""
    assert i18n.translate("en", "hello", name="{name}") == "Hello {name}"


@pytest.mark.parametrize(("count", "text"), [(1, "1 job"), (2, "2 jobs"), (0, "0 jobs")])
def test_plural_is_chosen_by_count(messages, strict, count, text):
    """One takes the singular, everything else the plural."""
    assert i18n.translate("en", "jobs", count=count) == text


def test_a_missing_key_raises_while_strict(messages, strict):
    """A test that shows an unknown key fails."""
    with pytest.raises(i18n.MissingMessage):
        i18n.translate("en", "nothing.here")


def test_a_missing_parameter_raises_while_strict(messages, strict):
    """A message whose parameter was forgotten fails too."""
    with pytest.raises(i18n.MissingMessage):
        i18n.translate("en", "hello")


def test_a_missing_key_is_shown_in_service(messages, strict):
    """Outside tests the key is shown rather than an error page."""
    i18n.strict(False)
    assert i18n.translate("en", "nothing.here") == "nothing.here"


def test_a_key_in_two_files_is_refused(tmp_path):
    """The same key in two areas would hide one of them."""
    (tmp_path / "en").mkdir()
    for area in ("a", "b"):
        (tmp_path / "en" / f"{area}.json").write_text(json.dumps({"x": {"y": area}}))
    with pytest.raises(ValueError, match=r"x\.y"):
        i18n.read("en", tmp_path)


def test_a_leaf_must_be_text():
    """A number or a list in a catalogue is a mistake."""
    with pytest.raises(TypeError, match=r"a\.b"):
        dict(i18n.flatten({"a": {"b": 1}}))


@pytest.mark.parametrize(
    ("query", "profile", "header", "lang"),
    [
        ("en", "zh", "zh-CN", "en"),
        (None, "en", "zh-CN", "en"),
        (None, None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        (None, None, "en-GB,en;q=0.9,zh;q=0.5", "en"),
        (None, None, "fr;q=1, en;q=0.3, zh-Hans;q=0.4", "zh"),
        (None, None, "zh;q=0, en;q=0.1", "en"),
        (None, None, "de, fr", "zh"),
        (None, None, None, "zh"),
        ("zh_Hans", "en", None, "zh"),
        ("klingon", None, "en", "en"),
        (None, None, "en;q=nonsense", "zh"),
    ],
)
def test_language_is_negotiated(query, profile, header, lang):
    """The address wins over the profile, the profile over the browser; else it is zh."""
    assert i18n.negotiate(query, profile, header) == lang
