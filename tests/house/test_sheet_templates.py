"""The templates of record are valid sheets, and each says on which texts it rests and how well they were read."""

import pytest

from registry.datasets.layout import SECTIONS
from registry.datasets.sheet_templates import SheetTemplate, find_templates, load_templates
from registry.datasets.wording import LISTS
from registry.platform.lists import load_list

SHOWN = {field.name for section in SECTIONS for field in section.fields}
OF_ONE_DATASET = {"identifier", "uri", "issued", "modified", "landing_page", "distributions", "services", "notes"}


@pytest.mark.parametrize("template", load_templates(), ids=lambda template: template.id)
def test_a_template_proposes_a_valid_sheet(template: SheetTemplate) -> None:
    form = template.form()

    assert form.title, "A template proposes a title."
    assert form.description, "A template says what such a dataset holds."
    assert form.nature is not None, "A template says whether a law names this kind."
    assert set(template.values) <= SHOWN, "What a template proposes can be seen and changed in the form."
    assert not set(template.values) & OF_ONE_DATASET, "What belongs to one dataset alone is no proposal."
    for name in set(template.values) & set(LISTS):
        codes = template.values[name] if isinstance(template.values[name], list) else [template.values[name]]
        unknown = [code for code in codes if code not in load_list(LISTS[name])]
        assert not unknown, f"policies/templates/{template.id}.yaml, {name}: {unknown} is not in the list."


@pytest.mark.parametrize("template", load_templates(), ids=lambda template: template.id)
def test_a_template_says_on_which_texts_it_rests(template: SheetTemplate) -> None:
    assert template.law
    assert all(one.text and one.article and one.says.endswith(".") for one in template.law)
    assert template.label_en != template.label or template.label == "Budget"
    open_to_all = template.values["access_rights"] == "public"
    assert open_to_all == ("licence" in template.values), "What is open to all has a licence, and only that."


def test_there_are_templates_of_the_usual_municipal_datasets_found_by_their_words() -> None:
    assert len(load_templates()) >= 15
    assert [one.id for one in find_templates("ELECTORALE")] == ["liste-electorale"]
    assert {"cantine", "menus-cantine"} == {one.id for one in find_templates("cantine")}
    assert find_templates("introuvable") == []
