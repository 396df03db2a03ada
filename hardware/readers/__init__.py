"""Card readers: frames in, keyed hashes out; a card's number never leaves its driver."""
