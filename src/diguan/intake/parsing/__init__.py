"""Files of strangers as plain tables of text. Runs in a process of its own with little memory, so it imports nothing of
ours but sentences: `python -m diguan.intake.parsing FILE FOLDER`."""
