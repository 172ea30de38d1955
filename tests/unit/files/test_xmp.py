"""XMP packets: read in every form that programs write, and edited with the least change."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexium_core.files.containers.photos import face_regions, xmp, xmp_fields
from indexium_core.files.containers.photos.xmp import XmpError, XmpPacket
from indexium_core.files.containers.photos.xmp_fields import ValueRefusedError
from indexium_core.files.containers.shared.edit_strategy import NotEditableError
from indexium_core.model.files.media import Change
from tests.support import photos
from tests.support.cases import each_case
from tests.support.photos import packet


def parsed(body: str, **form: object) -> XmpPacket:
    return xmp.read_packet(packet(body, **form))


def shown(found: XmpPacket) -> dict[str, str]:
    return {each.field: each.value for each in xmp_fields.fields_of(found) if each.takes_value}


def edited(found: XmpPacket, values: Mapping[str, str | None]) -> XmpPacket:
    changes = [Change(field=key, old=None, new=value) for key, value in values.items()]
    new = xmp_fields.edited(found, changes)
    assert xmp_fields.remainder(new, values) == xmp_fields.remainder(found, values)
    assert {key: text for key, text in shown(new).items() if key not in values} == {
        key: text for key, text in shown(found).items() if key not in values
    }
    assert [shown(new).get(key) for key in values] == list(values.values())
    return new


# Reading


@pytest.mark.parametrize("body", [photos.ATTRIBUTES, photos.ELEMENTS], ids=["attributes", "elements"])
def test_fields_are_read_in_both_forms(body: str) -> None:
    assert shown(parsed(body)) == {
        "comment": "People: Anna, Zoë Öz",
        "title": "The <sea>",
        "keywords": "beach; family",
        "artist": "Bob; Cy",
        "rating": "3",
        "creation_time": "2019-07-04",  # a day only: shown as it is
        "location": "Rom",
    }


def test_namespace_counts_and_not_the_prefix() -> None:
    names = "<r:Bag><r:li>Ann</r:li></r:Bag>"
    uri = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
    body = f'<r:Description xmlns:q="{uri}"><q:PersonInImage>{names}</q:PersonInImage></r:Description>'
    data = f'<r:RDF xmlns:r="{xmp.RDF}">{body}</r:RDF>'.encode()
    found = xmp.read_packet(data)
    assert shown(found) == {"comment": "People: Ann"}
    assert b"<r:li>Bob</r:li>" in edited(found, {"comment": "People: Ann, Bob"}).text


@each_case(
    ("stored", "value"),
    [("-1", "-1"), ("0", None), ("5.0", "5"), (" 3 ", "3"), ("9", "9"), ("3.5", "3.5"), ("abc", "abc"), ("", None)],
)
def test_rating_is_shown_as_it_is(stored: str, value: str | None) -> None:
    found = parsed(f'<rdf:Description xmp:Rating="{stored}"/>')
    assert shown(found).get("rating") == value
    assert shown(edited(found, {"rating": "4"}))["rating"] == "4"


@pytest.mark.parametrize(
    ("percent", "stars"), [("1", "1"), ("12", "1"), ("13", "2"), ("62", "3"), ("75", "4"), ("99", "5"), ("100", "")]
)
def test_percentage_of_windows_is_read_by_range(percent: str, stars: str) -> None:
    assert xmp_fields.stars_of_percent(percent) == stars
    found = parsed(f'<rdf:Description MicrosoftPhoto:Rating="{percent}"/>')
    assert shown(found).get("rating", "") == stars


def test_contradicting_percentage_is_a_place_of_its_own() -> None:
    found = parsed('<rdf:Description xmp:Rating="4" MicrosoftPhoto:Rating="25"/>')
    places = [(each.where, each.value, each.takes_value) for each in xmp_fields.fields_of(found)]
    assert places == [("XMP/Rating", "4", True), ("XMP/MicrosoftPhoto:Rating", "2", False)]
    assert b'MicrosoftPhoto:Rating="99"' in edited(found, {"rating": "5"}).text


def test_rating_0_is_none_whatever_the_percentage_says() -> None:
    found = parsed('<rdf:Description xmp:Rating="0" MicrosoftPhoto:Rating="50"/>')
    assert xmp_fields.fields_of(found) == ()
    assert b'xmp:Rating="4" MicrosoftPhoto:Rating="75"' in edited(found, {"rating": "4"}).text


def test_default_language_is_the_text() -> None:
    body = "<rdf:Description><dc:title><rdf:Alt>{}</rdf:Alt></dc:title></rdf:Description>"
    items = '<rdf:li xml:lang="de">Meer</rdf:li><rdf:li xml:lang="x-default">Sea</rdf:li>'
    found = parsed(body.format(items))
    assert shown(found) == {"title": "Sea"}
    assert b'<rdf:li xml:lang="de">Meer</rdf:li>' in edited(found, {"title": "Ocean"}).text
    with pytest.raises(NotEditableError, match="other languages"):
        edited(found, {"title": None})
    only_german = parsed(body.format('<rdf:li xml:lang="de">Meer</rdf:li>'))
    assert (
        b'<rdf:li xml:lang="x-default">Sea</rdf:li><rdf:li xml:lang="de">' in edited(only_german, {"title": "Sea"}).text
    )


# Bad packets


@each_case(
    "data",
    [
        b"",
        b"<x/>",
        b"not XML",
        b"<a>" * 200,
        packet("<rdf:Description>") + b"\xff",
        b'<!DOCTYPE x [<!ENTITY r "4">]>' + packet('<rdf:Description xmp:Rating="&r;"/>'),
        packet('<rdf:Description xmp:Rating="&r;"/>'),
        packet("<rdf:Description>" + "<xmp:a>" * 70 + "</xmp:a>" * 70 + "</rdf:Description>"),
        packet("<rdf:Description>" + "<xmp:a/>" * 20_000 + "</rdf:Description>"),
        b"<" + bytes(xmp.MAX_PACKET),
    ],
    ids=["empty", "no RDF", "text", "cut", "bytes", "entity", "undefined", "deep", "many", "large"],
)
def test_bad_packet_is_not_understood(data: bytes) -> None:
    with pytest.raises(XmpError):
        xmp.read_packet(data)


def test_fifteen_levels_are_read() -> None:
    deep = (
        "<rdf:Description>" + "<xmp:a>" * 15 + "</xmp:a>" * 15 + '</rdf:Description><rdf:Description xmp:Rating="3"/>'
    )
    assert shown(edited(parsed(deep), {"title": "T"})) == {"rating": "3", "title": "T"}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ('<rdf:Description xmp:Rating="1"><xmp:Rating>2</xmp:Rating></rdf:Description>', "Rating twice"),
        ('<rdf:Description xmp:Rating="1"/><rdf:Description xmp:Rating="2"/>', "Rating twice"),
        ('<rdf:Description rdf:about="a"/><rdf:Description rdf:about="b"/>', "several resources"),
    ],
)
def test_ambiguous_packet_is_not_changed(body: str, sentence: str) -> None:
    with pytest.raises(NotEditableError, match=sentence):
        edited(parsed(body), {"title": "T"})


@pytest.mark.parametrize(
    "title",
    [
        '<dc:title rdf:parseType="Resource"><rdf:value>T</rdf:value></dc:title>',
        '<dc:title rdf:resource="T"/>',
        "<dc:title>T<!-- why --></dc:title>",
        "<dc:title><rdf:Alt><rdf:li><xmp:a/></rdf:li></rdf:Alt></dc:title>",
        "<dc:title><rdf:Bag/><rdf:Bag/></dc:title>",
    ],
)
def test_structure_is_not_changed(title: str) -> None:
    found = parsed(f"<rdf:Description>{title}</rdf:Description>")
    assert "title" not in shown(found)
    assert "title" not in xmp_fields.writable_fields(found)
    with pytest.raises(NotEditableError, match="structure"):
        edited(found, {"title": "New"})
    assert title.encode() in edited(found, {"rating": "4"}).text


# Encodings and padding


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_every_encoding_keeps_its_form(encoding: str, mark: str) -> None:
    data = mark.encode(encoding) + packet(photos.ELEMENTS).decode().encode(encoding)
    found = xmp.read_packet(data)
    assert found.bytes_for(len(data)) == data
    new = edited(found, {"title": "Zoë & <Öz>"}).bytes_for(len(data))
    assert new is not None
    assert new.startswith(mark.encode(encoding))
    assert shown(xmp.read_packet(new))["title"] == "Zoë & <Öz>"


def test_utf_32_is_read_only() -> None:
    found = xmp.read_packet(packet(photos.ELEMENTS).decode().encode("utf-32-be"))
    assert shown(found)["rating"] == "3"
    with pytest.raises(NotEditableError, match="UTF-32"):
        edited(found, {"rating": "4"})


def test_value_of_equal_length_changes_only_itself() -> None:
    data = packet(photos.ATTRIBUTES)
    new = edited(xmp.read_packet(data), {"rating": "5"}).bytes_for(len(data))
    assert new is not None
    assert [pair for pair in zip(data, new, strict=True) if pair[0] != pair[1]] == [
        (ord("3"), ord("5")),
        (ord("5"), ord("9")),
        (ord("0"), ord("9")),
    ]


@pytest.mark.parametrize("tail", [b"", b"\0", b"\n\0\0"])
@pytest.mark.parametrize("wrapped", [True, False])
def test_padding_takes_the_difference(tail: bytes, wrapped: bool) -> None:
    data = packet('<rdf:Description xmp:Rating="3"/>', padding=300, wrapped=wrapped) + tail
    found = xmp.read_packet(data)
    assert found.bytes_for(len(data)) == data
    new = edited(found, {"title": "x" * 20})
    assert len(new.bytes_for(len(data)) or b"") == len(data)
    assert edited(found, {"title": "x" * 400}).bytes_for(len(data)) is None
    back = edited(xmp.read_packet(new.bytes_for(len(data)) or b""), {"title": None})
    assert shown(xmp.read_packet(back.bytes_for(len(data)) or b"")) == {"rating": "3"}


# Values


def test_people_that_are_no_names_stay_in_the_list() -> None:
    items = "".join(f"<rdf:li>{each}</rdf:li>\n" for each in ("Ann", "crowd; unknown", "Bob"))
    name = "Iptc4xmpExt:PersonInImage"
    body = f"<rdf:Description><{name}><rdf:Bag>{items}</rdf:Bag></{name}></rdf:Description>"
    found = parsed(body)
    assert shown(found) == {"comment": "People: Ann, Bob"}
    new = edited(found, {"comment": "People: Ann, Cy"})
    assert re.findall(rb"<rdf:li>(.*?)</rdf:li>", new.text) == [b"Ann", b"crowd; unknown", b"Cy"]
    assert b"crowd; unknown" in edited(new, {"comment": None}).text


def test_segment_changes_the_people() -> None:
    change = Change(field="comment", old=None, new=None, segment="People: Bob")
    assert shown(xmp_fields.edited(parsed(photos.ELEMENTS), [change]))["comment"] == "People: Bob"
    with pytest.raises(ValueRefusedError, match="only the names of people"):
        xmp_fields.edited(parsed(photos.ELEMENTS), [Change(field="comment", old=None, new="Holiday\nPeople: Bob")])


def test_keyword_with_a_comma_stays_one() -> None:
    items = "<rdf:li>a</rdf:li><rdf:li>Smith, John</rdf:li>"
    body = f"<rdf:Description><dc:subject><rdf:Bag>{items}</rdf:Bag></dc:subject></rdf:Description>"
    found = parsed(body)
    assert shown(found) == {"keywords": "a; Smith; John"}
    assert b"<rdf:li>Smith, John</rdf:li><rdf:li>b</rdf:li>" in edited(found, {"keywords": "Smith; John; b"}).text


@pytest.mark.parametrize("text", ["\0", "a\x01b", "\ud800", "\ufffe"])
def test_character_outside_xml_is_refused(text: str) -> None:
    with pytest.raises(ValueRefusedError, match="control character"):
        edited(parsed(photos.ELEMENTS), {"title": text})


TEXT = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="".join(map(chr, range(32))) + "\ufffe\uffff"),
    min_size=1,
    max_size=20,
)
NAMES = st.lists(st.text("abcdeé '-&<", min_size=1).map(lambda name: f"x{name.strip()}x"), unique_by=str.casefold)


@given(
    body=st.sampled_from([photos.ATTRIBUTES, photos.ELEMENTS, "", "<rdf:Description/>", photos.OTHERS]),
    wrapped=st.booleans(),
    steps=st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "title": st.none() | TEXT,
                "description": st.none() | TEXT,
                "copyright": st.none() | TEXT,
                "location": st.none() | TEXT,
                "rating": st.sampled_from([None, "1", "2", "5"]),
                "creation_time": st.sampled_from([None, "2019-07-31T18:30:00", "2020-02-03T04:05:06.7+02:00"]),
                "keywords": st.sampled_from([None, "a", "a; b", "b; a; c", "beach; new; family"]),
                "artist": st.none() | TEXT,
                "comment": NAMES.map(lambda names: f"People: {', '.join(names)}" if names else None),
            },
        ),
        max_size=4,
    ),
)
def test_everything_else_stays(body: str, wrapped: bool, steps: list[dict[str, str | None]]) -> None:
    found = parsed(body, padding=200, wrapped=wrapped)
    others = _other_elements(found.text)
    for values in steps:
        found = edited(found, {key: _single_spaced(key, value) for key, value in values.items()})
        assert _other_elements(found.text) == others
    assert xmp.read_packet(found.bytes_for(found.least_size() + 8) or b"").text == found.text


def _single_spaced(key: str, value: str | None) -> str | None:
    return " ".join(value.split()) if key == "comment" and value else value


OURS = {f"{{{each.uris[0]}}}{each.name}" for each in xmp_fields.properties().values()} | {
    "{http://ns.microsoft.com/photo/1.0/}Rating"
}


def _other_elements(text: bytes) -> list[object]:
    """Everything of a packet except our properties, as another parser reads it."""
    root = ET.fromstring(text)
    found: list[object] = []
    for description in root.iter(f"{{{xmp.RDF}}}Description"):
        found += [
            (key, value) for key, value in description.attrib.items() if key not in OURS and "RDF" not in key.upper()
        ]
        found += [ET.tostring(child).strip() for child in description if child.tag not in OURS]
    return found


# Face regions

_MWG = 'xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/"'
_MICROSOFT = (
    'xmlns:MP="http://ns.microsoft.com/photo/1.2/" xmlns:MPRI="http://ns.microsoft.com/photo/1.2/t/RegionInfo#" '
    'xmlns:MPReg="http://ns.microsoft.com/photo/1.2/t/Region#"'
)
_REGIONS = {  # how programs write the faces of Ann and Zoë, beside a dog, a focus point and a face without a name
    "attributes": f"""<rdf:Description rdf:about="" {_MWG}><mwg-rs:Regions rdf:parseType="Resource">
      <mwg-rs:RegionList><rdf:Bag>
       <rdf:li><rdf:Description mwg-rs:Name="Ann Lee" mwg-rs:Type="Face"/></rdf:li>
       <rdf:li><rdf:Description mwg-rs:Name="Rex" mwg-rs:Type="Pet"/></rdf:li>
       <rdf:li><rdf:Description mwg-rs:Name="ann  lee" mwg-rs:Type="Face"/></rdf:li>
       <rdf:li><rdf:Description mwg-rs:Type="Face"/></rdf:li>
       <rdf:li><rdf:Description mwg-rs:Name="Zo&#xEB; Öz"/></rdf:li>
      </rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions></rdf:Description>""",
    "elements": f"""<rdf:Description rdf:about="" {_MWG}><mwg-rs:Regions><rdf:Description>
      <mwg-rs:RegionList><rdf:Bag>
       <rdf:li rdf:parseType="Resource"><mwg-rs:Name>Ann Lee</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type></rdf:li>
       <rdf:li rdf:parseType="Resource"><mwg-rs:Type>Focus</mwg-rs:Type><mwg-rs:Name>eye</mwg-rs:Name></rdf:li>
       <rdf:li rdf:parseType="Resource"><mwg-rs:Name> Zoë Öz </mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type></rdf:li>
      </rdf:Bag></mwg-rs:RegionList></rdf:Description></mwg-rs:Regions></rdf:Description>""",
    "Microsoft": f"""<rdf:Description rdf:about="" {_MICROSOFT}><MP:RegionInfo><rdf:Description><MPRI:Regions><rdf:Bag>
       <rdf:li><rdf:Description MPReg:PersonDisplayName="Ann Lee" MPReg:Rectangle="0.1, 0.1, 0.2, 0.2"/></rdf:li>
       <rdf:li rdf:parseType="Resource"><MPReg:PersonDisplayName>Zoë Öz</MPReg:PersonDisplayName></rdf:li>
       <rdf:li><rdf:Description MPReg:Rectangle="0.1, 0.1, 0.2, 0.2"/></rdf:li>
      </rdf:Bag></MPRI:Regions></rdf:Description></MP:RegionInfo></rdf:Description>""",
}


@pytest.mark.parametrize("form", _REGIONS)
def test_names_of_face_regions_are_read(form: str) -> None:
    assert face_regions.face_names(parsed(_REGIONS[form])) == ("Ann Lee", "Zoë Öz")


def test_packet_without_regions_has_no_faces() -> None:
    assert face_regions.face_names(parsed(photos.OTHERS)) == ()
