"""What a run leaves for the next one: facts about files, and what the rules said of a state of
the repository. Nothing in it is believed that mlblint did not seal itself."""
