"""Tags: free words on customers, the same word in whatever case."""
