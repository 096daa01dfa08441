"""How hard a text is to read, counted on the words that are printed: Flesch-Kincaid for English, INFLESZ for Spanish, and for
every other language how long its sentences are.

Why our own counter: the libraries for this fetch a dictionary from the network when they run. The English syllable rule below is
the usual one (groups of vowels, less silent endings), with the words of this field that it gets wrong listed. Spanish spelling says
how many syllables a word has. INFLESZ is the scale of Barrio-Cantalejo for the Szigriszt formula (standards T26).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

# A Chinese text has no spaces: there each character counts.
WORD = re.compile(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+(?:['’-][^\W\d_\u3400-\u9fff]+)*|\d+(?:[.,]\d+)?")
SENTENCE_END = re.compile(r"(?<=[.!?؟])[\"”’»)]*\s+|(?<=[。！？])")
# The heart of a Spanish syllable: an open vowel, a run of closed ones with an accent, or one that stands by no open vowel.
NUCLEUS = re.compile(r"[aeoáéó]|[iuüíú]*[íú][iuüíú]*|(?<![aeoáéóiuü])[iuü]+(?![aeoáéóiuü])")
EXCEPTIONS = {
    "blinatumomab": 5, "blincyto": 3, "leukaemia": 4, "leukemia": 4, "anaemia": 4, "anemia": 4, "diarrhoea": 4, "diarrhea": 4, "area": 3,
    "being": 2, "create": 2, "idea": 3, "immediately": 5, "people": 2, "science": 2, "quiet": 2, "diet": 2, "doing": 2, "going": 2,
    "fluid": 2, "fluids": 2, "doesn't": 2, "isn't": 2, "every": 2, "everyone": 3, "everything": 3, "evening": 2, "something": 2,
    "sometimes": 2, "someone": 2, "somewhere": 2, "medicine": 3, "medicines": 3, "seizure": 2, "seizures": 2, "nausea": 3, "placed": 1,
    "biologic": 4, "neutropenia": 5, "cytokine": 3, "cytokines": 3, "dexamethasone": 5, "radiotherapy": 6, "chemotherapy": 5,
    "immunotherapy": 6, "consolidation": 5, "safety": 2, "safely": 2, "careful": 2, "carefully": 3, "hopeful": 2, "useful": 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """Counts of a text and what follows from them: `grade` (English) and `inflesz` (Spanish; higher is easier)."""

    words: int
    sentences: int
    syllables: int
    longest: int
    longest_text: str

    @property
    def mean(self) -> float:
        return self.words / self.sentences if self.sentences else 0.0

    @property
    def grade(self) -> float:
        if not self.words or not self.sentences:
            return 0.0
        return 0.39 * self.mean + 11.8 * self.syllables / self.words - 15.59

    @property
    def inflesz(self) -> float:
        if not self.words or not self.sentences:
            return 100.0
        return 206.835 - 62.3 * self.syllables / self.words - self.mean


def count_syllables(word: str) -> int:
    """Syllables of an English word; a number counts as one word of one syllable."""
    word = word.lower().replace("’", "'")
    if word in EXCEPTIONS:
        return EXCEPTIONS[word]
    if "-" in word:
        return sum(map(count_syllables, filter(None, word.split("-"))))
    plain = re.sub(r"'.*$", "", word)
    count = len(re.findall(r"[aeiouyà-ÿ]+", plain))
    if re.search(r"(?:[^aeiouy]e|[^aeiouydt]ed|[^aeioucsgzxh]es)$", plain) and not re.search(r"[^aeiouy]le$", plain):
        count -= 1
    count += len(re.findall(r"ia(?!l\b)|io(?!n|us)|[^aeiou]ua|eo|uo|ism$", plain))
    return max(count, 1)


def count_spanish_syllables(word: str) -> int:
    """Syllables of a Spanish word as its spelling counts them. A closed vowel joins the one beside it, but for an accented í or ú."""
    plain = re.sub(r"([qg])u(?=[eiéí])", r"\1", word.lower())
    return max(len(NUCLEUS.findall(re.sub(r"y(?![aeiouáéíóú])", "i", plain))), 1)


COUNTERS: Mapping[str, Callable[[str], int]] = {"en": count_syllables, "es": count_spanish_syllables}


def measure(texts: Iterable[str], language: str = "en") -> Reading:
    """The reading of a text given as block elements; the end of an element ends a sentence. Syllables only for English and Spanish."""
    count = COUNTERS.get(language, lambda _word: 0)
    words = sentences = syllables = longest = 0
    longest_text = ""
    for text in texts:
        for sentence in SENTENCE_END.split(text):
            found = WORD.findall(sentence)
            if not found:
                continue
            words += len(found)
            sentences += 1
            syllables += sum(map(count, found))
            if len(found) > longest:
                longest, longest_text = len(found), sentence.strip()
    return Reading(words, sentences, syllables, longest, longest_text)
