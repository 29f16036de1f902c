"""The native protocol's wire, and the audio that both of its ends keep by position.

Nothing here knows a socket, a server or a sound card. `docs/native-protocol.md` describes the
bytes.
"""
