"""The pages, a module each.

Belongs here: what one page shows and does. Does not belong here: what it asks for (review.data), its parts (review.ui).
"""
