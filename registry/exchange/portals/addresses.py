"""The addresses of portals: the interface behind a page, and the page that follows an answer. Pure."""

import re
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

PAGE = 100
"""Units: records asked for at once; what every interface known here allows."""
ODS_WINDOW = 10_000
"""Units: records. How far OpenDataSoft's lists go; beyond, only its exports do."""
_CKAN_SEARCH, _CKAN_LIST = "/package_search", "/current_package_list_with_resources"
_UDATA = re.compile(r"/api/[12]/datasets/?")
_ODS_EXPLORE = re.compile(r"/api/(?:explore/)?v2\.[01]/catalog/datasets/?")
_ODS_SEARCH = re.compile(r"/api/datasets/1\.0/search/?")
_ODS_PAGE = re.compile(r"/explore/dataset/([^/]+)")
_UDATA_PAGE = re.compile(r"(?:/[a-z]{2})?/datasets/([^/]+)/?")
_CKAN_PAGE = re.compile(r"(.*?)/dataset/(?:[a-z-]+/)?([^/]+)/?")


def behind(address: str) -> list[str]:
    """The interfaces that may stand behind a page of a portal, the likeliest first: of a dataset, or of them all."""
    url = urlsplit(address)
    page = _ODS_PAGE.match(url.path)
    if page:
        return [_at(url, f"/api/explore/v2.1/catalog/datasets/{page[1]}")]
    page = _UDATA_PAGE.fullmatch(url.path)
    if page:
        return [_at(url, f"/api/1/datasets/{page[1]}/")]
    page = _CKAN_PAGE.fullmatch(url.path)
    if page:
        return [_at(url, f"{page[1]}/api/3/action/package_show", f"id={quote(unquote(page[2]))}")]
    return [
        _at(url, "/api/explore/v2.1/catalog/datasets", f"limit={PAGE}"),
        _at(url, "/api/3/action/package_search", f"rows={PAGE}"),
        _at(url, "/api/1/datasets/", f"page_size={PAGE}"),
    ]


def _at(url: SplitResult, path: str, query: str = "") -> str:
    return urlunsplit((url.scheme, url.netloc, path, query, ""))


def home_of(address: str) -> str:
    """The portal an interface is of: what stands before its path, `https://donnees.exemple.fr`."""
    url = urlsplit(address)
    return urlunsplit((url.scheme, url.netloc, url.path.partition("/api/")[0].rstrip("/"), "", ""))


def by_large_pages(address: str) -> str:
    """The same list asked for by pages as large as allowed, where nothing is said of their size."""
    url = urlsplit(address)
    if url.path.rstrip("/").endswith(_CKAN_SEARCH) or _ODS_SEARCH.fullmatch(url.path):
        return _with(address, {}, rows=PAGE)
    if _ODS_EXPLORE.fullmatch(url.path):
        return _with(address, {}, limit=PAGE)
    if _UDATA.fullmatch(url.path):
        return _with(address, {}, page_size=PAGE)
    return address


def following(address: str, content: Any) -> str | None:
    """The address of the page that follows an answer; none after the last."""
    url = urlsplit(address)
    path = url.path.rstrip("/")
    if isinstance(content, dict) and isinstance(content.get("next_page"), str) and content["next_page"]:
        return _on_the_same_host(address, content["next_page"])
    if path.endswith(_CKAN_SEARCH):
        result = content.get("result") if isinstance(content, dict) else None
        found = result if isinstance(result, dict) else {}
        return _further(address, "start", found.get("results"), found.get("count"))
    if path.endswith(_CKAN_LIST):
        records = content.get("result") if isinstance(content, dict) else None
        return _further(address, "offset", records, None)
    if _ODS_SEARCH.fullmatch(url.path) and isinstance(content, dict):
        return _further(address, "start", content.get("datasets"), content.get("nhits"))
    if _ODS_EXPLORE.fullmatch(url.path) and isinstance(content, dict):
        return _further(
            address, "offset", content.get("results") or content.get("datasets"), content.get("total_count")
        )
    return None


def whole_export(address: str, content: Any) -> str | None:
    """The export of an OpenDataSoft catalogue too long for its lists; none where they go far enough."""
    url = urlsplit(address)
    total = (content.get("total_count") or content.get("nhits")) if isinstance(content, dict) else None
    if not isinstance(total, int) or total <= ODS_WINDOW:
        return None
    if _ODS_EXPLORE.fullmatch(url.path):
        path = url.path.rstrip("/").removesuffix("/datasets") + "/exports/json"
        kept = [(name, value) for name, value in parse_qsl(url.query) if name not in {"limit", "offset"}]
        return _at(url, path, urlencode(kept))
    if _ODS_SEARCH.fullmatch(url.path):
        return _at(url, "/api/explore/v2.1/catalog/exports/json")
    return None


def _further(address: str, name: str, records: Any, total: Any) -> str | None:
    """The page after these records, unless they are the last ones."""
    if not isinstance(records, list) or not records:
        return None
    given = dict(parse_qsl(urlsplit(address).query)).get(name, "0")
    reached = (int(given) if given.isdigit() else 0) + len(records)
    if isinstance(total, int) and reached >= total:
        return None
    return _with(address, {name: reached})


def _with(address: str, changed: dict[str, int], **missing: int) -> str:
    """The address with parameters changed, and those it does not give."""
    url = urlsplit(address)
    query = [(name, value) for name, value in parse_qsl(url.query, keep_blank_values=True) if name not in changed]
    given = {name for name, _value in query}
    query += [(name, str(value)) for name, value in changed.items()]
    query += [(name, str(value)) for name, value in missing.items() if name not in given]
    return urlunsplit(url._replace(query=urlencode(query)))


def _on_the_same_host(address: str, said: str) -> str:
    """A page a portal names, under the scheme and port it was asked by: behind a proxy it may not know them."""
    url, wanted = urlsplit(address), urlsplit(urljoin(address, said))
    if wanted.hostname == url.hostname:
        return urlunsplit(wanted._replace(scheme=url.scheme, netloc=url.netloc))
    return wanted.geturl()
