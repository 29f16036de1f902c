"""Many players behind one front door, on Ray: `sideman fleet`.

`director.py` decides, `door.py` answers clients, `player.py` plays, `actors.py` alone knows Ray.
"""
