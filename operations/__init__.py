"""What whoever runs the suite does to it: compare copies with their owners, mend them, back up, restore.

``python -m operations <verb> <program>`` does one program's part where that program's settings are; with ``all`` a verb
conducts the programs (``operations.conductor``). Above every program, and known to none.
"""
