"""The files on customers: content in the object store, what is known of it here.

Owns: the files and their content, and the bin.
Announces: FileAdded, FileRenamed, FileBinned, FileRestored, FilePurged.
Follows: CustomerRegistered, CustomerRenamed, CustomerDepartmentsChanged, CustomerRestated.
"""
