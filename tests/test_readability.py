"""How hard a text is to read: Flesch-Kincaid for English, INFLESZ for Spanish, the length of sentences for all.

The counters need no dictionary from the network.
"""

import pytest

from packbuilder.readability import EXCEPTIONS, count_spanish_syllables, count_syllables, measure

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


# Spanish: the spelling says how many syllables a word has. Two closed vowels (i, u) are always one syllable, a closed and an open one
# too, but for an accent on the closed one (Real Academia, Ortografía, II.3).

SPANISH = {
    # one vowel, or none
    "a": 1, "y": 1, "sí": 1, "kg": 1, "hospital": 3, "sangre": 2, "temperatura": 5, "semanas": 3,
    # closed beside open: one syllable
    "fiebre": 2, "leucemia": 3, "quimioterapia": 5, "tratamiento": 4, "urgencias": 3, "infección": 3, "diarrea": 3, "agua": 2, "causa": 2,
    "aunque": 2, "después": 2, "riesgo": 2, "náuseas": 3, "cambiáis": 2, "averiguáis": 4, "guion": 1, "antibiótico": 5,
    # an accent parts them
    "día": 2, "vía": 2, "continúa": 4, "guía": 2, "país": 2, "baúl": 2, "oír": 2, "escalofríos": 5, "radiografía": 5, "oíais": 3,
    # two open vowels: two syllables
    "leer": 2, "peor": 2, "caer": 2, "línea": 3, "área": 3, "aéreo": 4, "toalla": 3, "proteína": 4, "ahora": 3, "cohete": 3,
    # two closed vowels: one syllable, also with an accent
    "cuidado": 3, "ciudad": 2, "construir": 2, "huir": 1, "viudo": 2, "veintiún": 2, "lingüística": 4, "huía": 2,
    # y is a vowel at the end, and a consonant before one
    "muy": 1, "hay": 1, "ley": 1, "estoy": 2, "Uruguay": 3, "yo": 1, "ayuda": 3, "oye": 2, "inyección": 3,
    # a silent u
    "quince": 2, "seguir": 2, "guerra": 2, "quien": 1, "saque": 2, "química": 3, "pingüino": 3, "cigüeña": 3,
    # names and words of the field
    "enfermera": 4, "blinatumomab": 5, "catéter": 3, "bomba": 2, "oxígeno": 4, "teléfono": 4, "convulsiones": 4, "médico": 3,
}  # fmt: skip


@pytest.mark.parametrize(("word", "count"), SPANISH.items())
def test_spanish_syllables(word: str, count: int) -> None:
    assert count_spanish_syllables(word) == count
    assert count_spanish_syllables(word.upper()) == count


def test_a_number_is_one_syllable_in_spanish_too() -> None:
    assert count_spanish_syllables("37,5") == 1


def test_inflesz_is_szigriszts() -> None:
    """206.835 - 62.3 x syllables a word - words a sentence (Szigriszt 1993; the scale of Barrio-Cantalejo 2008)."""
    reading = measure(["La enfermera llama. Usted llama al equipo."], "es")
    assert (reading.words, reading.sentences, reading.syllables) == (7, 2, 1 + 4 + 2 + 2 + 2 + 1 + 3)
    assert reading.inflesz == pytest.approx(206.835 - 62.3 * 15 / 7 - 3.5)


def test_shorter_words_and_sentences_are_easier_in_spanish() -> None:
    easy = measure(["Llame ya. No espere."], "es").inflesz
    hard = measure(["Póngase inmediatamente en comunicación telefónica con los profesionales especializados."], "es").inflesz
    assert easy > 80 > 40 > hard


def test_the_scale_of_a_language_is_counted_with_its_own_syllables() -> None:
    assert measure(["Continúe hoy."], "es").syllables == 5 and measure(["Continúe hoy."], "en").syllables != 5
    assert measure(["Proszę zadzwonić."], "pl").syllables == 0, "nothing is made of the syllables of another language"


@pytest.mark.parametrize(
    ("text", "language", "words", "sentences"),
    [
        ("请马上打电话。不要等。", "zh", 9, 2),
        ("体温 38.0 时打电话！", "zh", 7, 1),
        ("CD19 是一种蛋白质。", "zh", 8, 1),
        ("هل لديك حمى؟ اتصل بنا الآن.", "ar", 6, 2),
        ("¿Tiene fiebre? Llame ya.", "es", 4, 2),
        ("Czy ma Pan gorączkę? Proszę dzwonić.", "pl", 6, 2),
    ],
)
def test_each_script_is_counted_in_its_own_way(text: str, language: str, words: int, sentences: int) -> None:
    """Chinese has no spaces: there each character counts as a word."""
    reading = measure([text], language)
    assert (reading.words, reading.sentences) == (words, sentences)


def test_no_text_is_as_easy_as_can_be_in_spanish() -> None:
    assert measure([], "es").inflesz == 100.0
