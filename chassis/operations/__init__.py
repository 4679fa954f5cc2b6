"""For those who run the suite: is it alive, is anything stuck, and what can be done about it."""
