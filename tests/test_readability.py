"""Reading grade: Flesch-Kincaid on the words that are printed, with a counter that needs no dictionary from the network."""

import pytest

from packbuilder.readability import EXCEPTIONS, count_syllables, measure

SYLLABLES = {
    "a": 1, "the": 1, "you": 1, "your": 1, "nurse": 1, "blood": 1, "pump": 1, "bag": 1, "team": 1, "breathe": 1, "time": 1, "called": 1,
    "stopped": 1, "needed": 2, "started": 2, "table": 2, "little": 2, "fever": 2, "doctor": 2, "hospital": 3, "infection": 3,
    "temperature": 4, "headache": 2, "baby": 2, "body": 2, "family": 3, "radio": 3, "idea": 3, "area": 3, "chemotherapy": 5,
    "blinatumomab": 5, "24-hour": 2, "37.5": 1, "28": 1, "day": 1, "days": 1, "changes": 2, "bandages": 3, "doses": 2,
    "don’t": 1, "isn’t": 2,
}  # fmt: skip


@pytest.mark.parametrize(("word", "count"), SYLLABLES.items())
def test_syllables(word: str, count: int) -> None:
    assert count_syllables(word) == count
    assert count_syllables(word.upper()) == count


def test_every_word_has_a_syllable() -> None:
    assert all(count_syllables(word) >= 1 for word in ("hmm", "psst", "e", "x"))
    assert all(count_syllables(word) == count for word, count in EXCEPTIONS.items())


def test_the_grade_is_flesch_kincaids() -> None:
    """0.39 x words a sentence + 11.8 x syllables a word - 15.59 (Kincaid and others, 1975)."""
    reading = measure(["The nurse calls you. You call the team."])
    assert (reading.words, reading.sentences, reading.syllables) == (8, 2, 8)
    assert reading.grade == pytest.approx(0.39 * 4 + 11.8 * 1 - 15.59)
    assert reading.mean == 4


def test_the_end_of_an_element_ends_a_sentence() -> None:
    assert measure(["a heading", "an item", "One. Two!"]).sentences == 4


def test_a_full_stop_in_a_number_ends_none() -> None:
    assert measure(["Call if it is 37.5 or more."]).sentences == 1


def test_the_longest_sentence_is_kept() -> None:
    reading = measure(["Call us. Call us as soon as you can. Now."])
    assert (reading.longest, reading.longest_text) == (7, "Call us as soon as you can.")


def test_longer_words_and_longer_sentences_are_harder() -> None:
    easy = measure(["Call us. We will help. Do not wait."]).grade
    long_sentence = measure(["Call us and we will help so do not wait."]).grade
    long_words = measure(["Contact us. Professionals can assist. Immediately."]).grade
    assert easy < long_sentence < long_words


def test_no_text_has_no_grade() -> None:
    assert measure([]).grade == 0.0
    assert measure(["…", "—"]).words == 0
