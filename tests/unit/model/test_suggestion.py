"""The order of suggestions: by all reasons for a person, each person once."""

from __future__ import annotations

from typing import Any

from indexium_core.model.people.suggestion import Kind, Suggestion, rank


def told(name: str, kind: Kind = "folder", support: int = 3, of: int = 4, **more: Any) -> Suggestion:
    facts: dict[str, Any] = {"reason": f"{kind} {support}/{of}", "confidence": support / of if of else None} | more
    return Suggestion(name=name, kind=kind, support=support, of=of, **facts)


def test_more_observations_weigh_more() -> None:
    ranked = rank([told("Ann Lee", support=2, of=2), told("Bob Ray", support=9, of=10)])
    assert [each.name for each in ranked] == ["Bob Ray", "Ann Lee"]
    assert [each.confidence for each in ranked] == [0.9, 1.0]


def test_evidence_adds_up_under_strongest_reason() -> None:
    evidence = [
        told("Ann Lee", "folder", 3, 6),
        told("ann lee", "series", 3, 3),
        told("Ann Lee", "together", 5, 20),
        told("Bob Ray", "series", 3, 3),
    ]
    first, second = rank(evidence)
    assert (first.name, first.kind, first.reason) == ("ann lee", "series", "series 3/3")
    assert first.others == ("folder 3/6", "together 5/20")
    assert second.name == "Bob Ray"
    assert first.score > second.score


def test_face_weight_follows_its_confidence() -> None:
    faces = [
        told("Ann Lee", "face", 1, 0, confidence=0.6),
        told("Bob Ray", "face", 1, 0, confidence=0.9),
        told("Zoë Öz", "face", 1, 0, confidence=None),
    ]
    assert [each.name for each in rank(faces)] == ["Bob Ray", "Ann Lee", "Zoë Öz"]


def test_present_person_is_not_suggested() -> None:
    assert rank([told("ANN LEE"), told("Bob Ray")], excluded_keys={"ann lee"}) == rank([told("Bob Ray")])


def test_weak_evidence_is_ignored() -> None:
    assert rank([told("Ann Lee", "together", 3, 12)]) == []


def test_suggestions_are_limited_and_sorted() -> None:
    ranked = rank([told(name) for name in ("Éva", "Dan", "Bob", "Cy", "Ann")], limit=3)
    assert [each.name for each in ranked] == ["Ann", "Bob", "Cy"]


def test_suggestion_names_misspelt_name() -> None:
    (only,) = rank(
        [told("Zoë Öz", "folder", 3, 4), told("Zoë Öz", "near_name", 4, 0, confidence=0.9, replaces="Zoe Oz")]
    )
    assert (only.kind, only.replaces) == ("near_name", "Zoe Oz")
