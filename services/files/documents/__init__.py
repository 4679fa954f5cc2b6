"""Files on customers: take in, list, rename, download, throw away, take back."""
