"""The places of an SQL file where a threshold or a comparison can be flipped, one at a time.

Belongs here: reading tokens (sqlglot, DuckDB's dialect) and the texts to put in their place. Does not belong here:
running anything.

Flipped: comparisons (>= and >, <= and <, = and <>, also where a code is compared), every number by one in its last
digit up and down, both ends of BETWEEN by one, true and false, AND and OR, NOT left out, IN and NOT IN, IS NULL and IS
NOT NULL, IS DISTINCT FROM, ANTI and SEMI joins, min and max, least and greatest, bool_and and bool_or, floor and ceil,
DESC and ASC, + and -, the nadir and the baseline sum, and each text of an IN list, of a column of VALUES or of a WHEN
for the next one there (lists.py). Left alone: comments, other text, the columns two relations are joined by
(`a.x = b.x`), the AND beside them, the AND of BETWEEN, the place in a list, and the sizes of DECIMAL types.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sqlglot.dialects.duckdb import DuckDB
from sqlglot.tokens import Token, TokenType

from tests.mutations.lists import other_texts

COMPARISON = {">=": ">", ">": ">=", "<=": "<", "<": "<=", "=": "<>", "<>": "="}
WORD = {
    "and": "OR",
    "or": "AND",
    "true": "false",
    "false": "true",
    "not": "",
    "min": "max",
    "max": "min",
    "arg_min": "arg_max",
    "arg_max": "arg_min",
    "least": "greatest",
    "greatest": "least",
    "bool_and": "bool_or",
    "bool_or": "bool_and",
    "floor": "ceil",
    "desc": "ASC",
    "anti": "SEMI",
    "semi": "ANTI",
}
SIGN = {TokenType.PLUS: "-", TokenType.DASH: "+"}
# what stands before a sign that adds or subtracts
OPERANDS = {TokenType.VAR, TokenType.NUMBER, TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.END}
OPERANDS |= {TokenType.DATE, TokenType.INT}
# in exam_response the one is in reach of the other
COLUMN = {"nadir_mm": "baseline_sum_mm", "baseline_sum_mm": "nadir_mm"}
ONLY_IN = {"nadir_mm": "exam_response", "baseline_sum_mm": "exam_response"}


@dataclass(frozen=True)
class Mutant:
    """One flip: `line` counts from 1; start and end are offsets into the file's text; before and after are the line."""

    path: Path
    line: int
    start: int
    end: int
    new: str
    before: str
    after: str

    @property
    def file(self) -> str:
        return f"{self.path.parent.name}/{self.path.name}"

    @property
    def key(self) -> tuple[str, str, str]:
        """What a reviewed list names it by; a line number would move with every edit above it."""
        return self.file, self.before, self.after

    def apply(self, text: str) -> str:
        return text[: self.start] + self.new + text[self.end :]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}\n    {self.before}\n    {self.after}"


def mutants(path: Path, text: str) -> list[Mutant]:
    """Every flip of one file, in the order of its text."""
    tokens = DuckDB.Tokenizer().tokenize(text)
    found, texts = [], other_texts(tokens)
    for number, token in enumerate(tokens):
        is_text = token.token_type == TokenType.STRING
        for new in filter(None, [texts.get(token.start)]) if is_text else _flips(path, tokens, number):
            begin, end = text.rfind("\n", 0, token.start) + 1, text.find("\n", token.start)
            line = text[begin : end if end >= 0 else None]
            flipped = line[: token.start - begin] + new + line[token.end + 1 - begin :]
            number_of_line = text.count("\n", 0, token.start) + 1
            found.append(Mutant(path, number_of_line, token.start, token.end + 1, new, line.strip(), flipped.strip()))
    return found


def _flips(path: Path, tokens: list[Token], number: int) -> list[str]:
    token = tokens[number]
    word = token.text.lower()
    if token.token_type in SIGN and tokens[number - 1].token_type in OPERANDS:
        return [SIGN[token.token_type]]
    if token.text in COMPARISON:
        return [] if _joins(tokens, number) else [COMPARISON[token.text]]
    if token.token_type == TokenType.NUMBER:
        return [] if _is_size(tokens, number) or _is_index(tokens, number) else neighbours(token.text)
    if token.token_type == TokenType.AND and _of_between(tokens, number):
        return [] if _of_frame(tokens, number) else ["AND -1 +"]
    if token.token_type == TokenType.AND and _beside_join(tokens, number):
        return []
    if token.token_type == TokenType.BETWEEN:
        return [] if _of_frame(tokens, number) else ["BETWEEN 1 +"]
    if word == "in":
        return [] if tokens[number - 1].text.lower() == "not" else ["NOT IN"]
    if word == "is":
        return [] if tokens[number + 1].text.lower() == "not" else ["IS NOT"]
    if word in ONLY_IN:
        is_read = tokens[number - 1].token_type == TokenType.DOT
        return [COLUMN[word]] if path.stem == ONLY_IN[word] and is_read else []
    if word not in WORD or (token.token_type == TokenType.VAR and not _is_call(tokens, number)):
        return []
    return [WORD[word]]


def neighbours(text: str) -> list[str]:
    """The number one more and one less in its last digit; nothing goes below 0."""
    value = Decimal(text)
    step = Decimal(1).scaleb(value.as_tuple().exponent)
    return [str(each) for each in (value + step, value - step) if each >= 0]


def _of_frame(tokens: list[Token], number: int) -> bool:
    """Whether the BETWEEN at or before `number` is that of a window's rows, not a comparison."""
    while tokens[number].token_type != TokenType.BETWEEN:
        number -= 1
    return tokens[number - 1].text.upper() in ("ROWS", "RANGE", "GROUPS")


def _is_call(tokens: list[Token], number: int) -> bool:
    return number + 1 < len(tokens) and tokens[number + 1].token_type == TokenType.L_PAREN


def _is_size(tokens: list[Token], number: int) -> bool:
    """A number of DECIMAL(12, 2)."""
    before = [token.text.upper() for token in tokens[max(0, number - 4) : number]]
    return before[-2:] == ["DECIMAL", "("] or (len(before) == 4 and before[:2] == ["DECIMAL", "("])


def _is_index(tokens: list[Token], number: int) -> bool:
    """The 1 of row_ids[1]."""
    if number < 2 or number + 1 >= len(tokens):
        return False
    name, opened, closed = tokens[number - 2], tokens[number - 1], tokens[number + 1]
    is_bracket = opened.token_type == TokenType.L_BRACKET and closed.token_type == TokenType.R_BRACKET
    return is_bracket and name.token_type in (TokenType.VAR, TokenType.R_PAREN)


def _joins(tokens: list[Token], number: int) -> bool:
    """Whether the = at `number` joins two relations by columns: a.x = b.y."""
    around = tokens[number - 3 : number + 4]
    if number < 3 or len(around) < 7 or tokens[number].text != "=":
        return False
    dots = around[1].token_type == around[5].token_type == TokenType.DOT
    return dots and around[0].text != around[4].text and around[2].text.endswith(KEYS) and around[6].text.endswith(KEYS)


KEYS = ("usubjid", "_id", "_no", "paramcd", "regimen", "source", "definition", "person_key", "adt", "start_date")


def _beside_join(tokens: list[Token], number: int) -> bool:
    """Whether the AND at `number` has such a join on its left or right."""
    return _joins(tokens, number + 4) or _joins(tokens, number - 4)


def _of_between(tokens: list[Token], number: int) -> bool:
    depth = 0
    for token in reversed(tokens[:number]):
        if token.token_type == TokenType.R_PAREN:
            depth += 1
        elif token.token_type == TokenType.L_PAREN:
            depth -= 1
        if depth < 0 or (
            depth == 0 and token.token_type in (TokenType.AND, TokenType.OR, TokenType.WHERE, TokenType.ON)
        ):
            return False
        if depth == 0 and token.token_type == TokenType.BETWEEN:
            return True
    return False
