"""`sideman bench`: where each millisecond of a cycle goes."""
