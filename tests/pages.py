"""What a browser would send of a form that a page shows."""

import re
from html import unescape

from httpx import Response

from tests.conftest import Someone


def fields_of(page: Response) -> dict[str, str]:
    """What a browser would send of the page's form: hidden and typed fields, ticked choices."""
    found: dict[str, str] = {}
    body = page.text.split("<template", 1)[0] + page.text.split("</template>", 1)[-1]
    for tag in re.findall(r"<input[^>]*>", body):
        said = {name: unescape(value) for name, value in re.findall(r'(\S+?)="([^"]*)"', tag)}
        if said.get("type") in {"radio", "checkbox"} and not tag.rstrip(">").endswith(" checked"):
            continue
        if "name" in said:
            found[said["name"]] = said.get("value", "")
    for name, value in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', body, re.DOTALL):
        found[name] = unescape(value)
    for name, options in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', body, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    found.pop("_csrf", None)
    found.pop("langue", None)
    return found


def faster(someone: Someone, place: str, reason: str) -> None:
    """Somebody else changed a record meanwhile: what was typed to set it aside stays, and saves the second time."""
    form = fields_of(someone.get(place))
    late = someone.post(place, form | {"version": "0", "reason": reason})
    assert (late.status_code, fields_of(late)["reason"]) == (409, reason), late.text
    assert "entre-temps" in late.text
    assert someone.post(place, fields_of(late)).status_code == 303


def opened(someone: Someone, number: int) -> dict[str, str]:
    """The form of a sheet as somebody opens it."""
    return fields_of(someone.get(f"/jeux/{number}/modifier"))


def words_of(page: Response) -> str:
    """What a page says, as one line."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", page.text)).split())
