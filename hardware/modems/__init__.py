"""GSM modems: a text message goes out once, and what became of it is told as it is: sent, failed or unknown."""
