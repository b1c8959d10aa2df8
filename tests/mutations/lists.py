"""The texts of lists in an SQL file, and which other text of the same list each can be flipped to.

Belongs here: IN (...), the columns of VALUES, the WHENs of a simple CASE. Does not belong here: the other flips
(mutants.py).
"""

from __future__ import annotations

import itertools

from sqlglot.tokens import Token, TokenType

OPENS = (TokenType.L_PAREN, TokenType.L_BRACKET)
CLOSES = (TokenType.R_PAREN, TokenType.R_BRACKET)


def other_texts(tokens: list[Token]) -> dict[int, str]:
    """Start of a text -> another text of its list, so that the flip leaves a code out or takes it for another one."""
    found: dict[int, str] = {}
    for number, token in enumerate(tokens):
        if token.token_type == TokenType.IN:
            found |= _next_other(_cells(tokens, number + 1))
        elif token.token_type == TokenType.VALUES:
            for column in zip(*_rows(tokens, number + 1), strict=True):
                found |= _next_other(list(column))
    pairs = itertools.pairwise(tokens)
    return found | _next_other([after for token, after in pairs if token.token_type == TokenType.WHEN])


def _cells(tokens: list[Token], opened: int) -> list[Token]:
    """The first token of each entry of the list whose bracket is at `opened`; none where it is no list."""
    if tokens[opened].token_type != TokenType.L_PAREN:
        return []
    found, depth = [tokens[opened + 1]], 0
    for token, after in zip(tokens[opened:], tokens[opened + 1 :], strict=False):
        depth += (token.token_type in OPENS) - (token.token_type in CLOSES)
        if depth == 0:
            break
        if depth == 1 and token.token_type == TokenType.COMMA:
            found.append(after)
    return found


def _rows(tokens: list[Token], number: int) -> list[list[Token]]:
    """The cells of each row of VALUES (...), (...)."""
    rows, depth = [], 0
    while number < len(tokens):
        token = tokens[number]
        if depth == 0 and token.token_type == TokenType.L_PAREN:
            rows.append(_cells(tokens, number))
        depth += (token.token_type in OPENS) - (token.token_type in CLOSES)
        if depth < 0 or (depth == 0 and token.token_type not in (TokenType.R_PAREN, TokenType.COMMA)):
            break
        number += 1
    return rows


def _next_other(entries: list[Token]) -> dict[int, str]:
    """Each text to the next one of its list that is another; a list of one text has none."""
    texts = [token for token in entries if token.token_type == TokenType.STRING]
    found = {}
    for number, token in enumerate(texts):
        others = [each.text for each in (*texts[number + 1 :], *texts[:number]) if each.text != token.text]
        if others:
            found[token.start] = f"'{others[0]}'"
    return found
