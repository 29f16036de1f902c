"""The native protocol on the server: audio by position, streamed as it is played.

`docs/native-protocol.md` describes it; `sideman.runtime.streaming` is what clients share.
"""
