"""`locales/glossary/<code>.toml` -> Glossary: one term for each thing, and the words that a language says "not" with.

Why a glossary is checked: a pack that says the same thing in two ways is read as two things.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from packbuilder.model import Problem
from packbuilder.textfile import TomlFile, read_toml, suggest


@dataclass(frozen=True, slots=True)
class Glossary:
    """What a locale has agreed on.

    `terms`: English term -> forms of which the translation must hold one (stems are fine).
    `negations`: words and particles of which a translation of a sentence with "not" must hold one.
    `keep`: names that stay as they are. `avoid`: words that must not be printed -> what to write instead.
    """

    terms: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    negations: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    avoid: Mapping[str, str] = field(default_factory=dict)


KEYS = ("terms", "negations", "keep", "avoid")


def read_glossary(path: Path, root: Path) -> tuple[Glossary, tuple[Problem, ...]]:
    """A glossary, or an empty one and what is wrong with its file. No file is no glossary."""
    if not path.exists():
        return Glossary(), ()
    file, broken = read_toml(path, root)
    problems = [*broken, *check_shape(file)]
    if problems:
        return Glossary(), tuple(problems)
    values = file.values
    return Glossary(
        terms={term.casefold(): tuple(form.casefold() for form in forms) for term, forms in values.get("terms", {}).items()},
        negations=tuple(word.casefold() for word in values.get("negations", [])),
        keep=tuple(values.get("keep", [])),
        avoid={word.casefold(): better for word, better in values.get("avoid", {}).items()},
    ), ()


def check_shape(file: TomlFile) -> list[Problem]:
    """Tables of lists of words, and nothing else."""
    problems = [
        Problem("GLOSSARY", file.place(key), f"{key}: is not known", suggest(key, list(KEYS))) for key in file.values if key not in KEYS
    ]
    tables = {key: file.values.get(key, {}) for key in ("terms", "avoid")}
    problems += [
        Problem("GLOSSARY", file.place(key), f"{key}: must be a table", f"write [{key}]")
        for key, value in tables.items()
        if not isinstance(value, dict)
    ]
    terms, avoid = (value if isinstance(value, dict) else {} for value in tables.values())
    for word, better in avoid.items():
        if not (isinstance(better, str) and better):
            problems.append(Problem("GLOSSARY", file.place(f"avoid.{word}"), f"{word}: must be a text", 'write "word" = "better word"'))
    for term, forms in terms.items():
        if not (isinstance(forms, list) and forms and all(isinstance(form, str) and form for form in forms)):
            problems.append(
                Problem("GLOSSARY", file.place(f"terms.{term}"), f"{term}: needs forms", 'write "term" = ["form", "other form"]')
            )
    for key in ("negations", "keep"):
        words = file.values.get(key, [])
        if not (isinstance(words, list) and all(isinstance(word, str) for word in words)):
            problems.append(Problem("GLOSSARY", file.place(key), f"{key}: must be a list of words", 'write ["…", "…"]'))
    return problems
