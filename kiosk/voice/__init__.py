"""Says the words of a scene aloud from a thread and child processes of its own; whoever asks never waits for it."""
