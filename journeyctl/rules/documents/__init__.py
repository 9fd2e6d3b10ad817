"""Pages of what is found before any rule is asked: while files are read and while documents are decoded."""
