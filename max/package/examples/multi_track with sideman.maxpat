{
 "patcher": {
  "fileversion": 1,
  "appversion": {
   "major": 8,
   "minor": 0,
   "revision": 0,
   "architecture": "x64",
   "modernui": 1
  },
  "classnamespace": "box",
  "rect": [
   100.0,
   100.0,
   870,
   622.5
  ],
  "bglocked": 0,
  "openinpresentation": 0,
  "default_fontsize": 12.0,
  "default_fontface": 0,
  "default_fontname": "Arial",
  "gridonopen": 0,
  "gridsize": [
   15.0,
   15.0
  ],
  "gridsnaponopen": 0,
  "toolbarvisible": 1,
  "enablehscroll": 1,
  "enablevscroll": 1,
  "bgcolor": [
   0.93,
   0.94,
   0.95,
   1.0
  ],
  "editing_bgcolor": [
   0.93,
   0.94,
   0.95,
   1.0
  ],
  "boxes": [
   {
    "box": {
     "id": "obj-1",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      15.0,
      9.0,
      840.0,
      37.0
     ],
     "text": "multi_track with sideman",
     "fontsize": 26.0,
     "textcolor": [
      0.13,
      0.16,
      0.2,
      1.0
     ],
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-2",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      15.0,
      46.5,
      840.0,
      22.0
     ],
     "text": "Your external and your patches stay as they are. sideman serve takes the server's place.",
     "fontsize": 13.0,
     "textcolor": [
      0.38,
      0.43,
      0.49,
      1.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-3",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      22.5,
      79.5,
      825.0,
      22.0
     ],
     "text": "1  Start the server yourself",
     "fontsize": 13.0,
     "textcolor": [
      0.05,
      0.42,
      0.51,
      1.0
     ],
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-4",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      22.5,
      105.0,
      120.0,
      20.0
     ],
     "text": "on this machine:",
     "fontsize": 12.0,
     "textcolor": [
      0.13,
      0.16,
      0.2,
      1.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-5",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      142.5,
      105.0,
      600.0,
      20.0
     ],
     "text": "sideman serve BUNDLE",
     "fontsize": 12.0,
     "textcolor": [
      0.13,
      0.16,
      0.2,
      1.0
     ],
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-6",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      22.5,
      127.5,
      120.0,
      20.0
     ],
     "text": "on another:",
     "fontsize": 12.0,
     "textcolor": [
      0.13,
      0.16,
      0.2,
      1.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-7",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      142.5,
      127.5,
      600.0,
      20.0
     ],
     "text": "sideman serve BUNDLE --listen 0.0.0.0:7000 --allow 192.168.1.7",
     "fontsize": 12.0,
     "textcolor": [
      0.13,
      0.16,
      0.2,
      1.0
     ],
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-8",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      22.5,
      148.5,
      825.0,
      35.0
     ],
     "text": "BUNDLE is a folder with a model; leave it out, and the small one plays that comes along. 192.168.1.7 stands for the address of the machine that Max runs on. Ports are those that multi_track expects: 7000, and 8000 for replies.",
     "linecount": 2,
     "fontsize": 12.0,
     "textcolor": [
      0.13,
      0.16,
      0.2,
      1.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-9",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      22.5,
      199.5,
      825.0,
      22.0
     ],
     "text": "2  Tell multi_track where it is",
     "fontsize": 13.0,
     "textcolor": [
      0.05,
      0.42,
      0.51,
      1.0
     ],
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-10",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      30.0,
      382.5,
      268.0,
      22.0
     ],
     "text": "multi_track mybuffer bass drums guitar piano"
    }
   },
   {
    "box": {
     "id": "obj-11",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      30.0,
      225.0,
      330.0,
      19.0
     ],
     "text": "the server is on this machine",
     "fontsize": 11.0,
     "textcolor": [
      0.38,
      0.43,
      0.49,
      1.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-12",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      30.0,
      247.5,
      417.0,
      22.0
     ],
     "text": "set_command \"--server_ip 127.0.0.1 --serverport 7000 --clientport 8000\""
    }
   },
   {
    "box": {
     "id": "obj-13",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      51.0,
      277.5,
      330.0,
      19.0
     ],
     "text": "it is on another; its address",
     "fontsize": 11.0,
     "textcolor": [
      0.38,
      0.43,
      0.49,
      1.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-14",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      51.0,
      300.0,
      437.0,
      22.0
     ],
     "text": "set_command \"--server_ip 192.168.1.20 --serverport 7000 --clientport 8000\""
    }
   },
   {
    "box": {
     "id": "obj-15",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      510.0,
      225.0,
      330.0,
      19.0
     ],
     "text": "send your settings, and begin",
     "fontsize": 11.0,
     "textcolor": [
      0.38,
      0.43,
      0.49,
      1.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-16",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      510.0,
      247.5,
      81.0,
      22.0
     ],
     "text": "load_model"
    }
   },
   {
    "box": {
     "id": "obj-17",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      531.0,
      285.0,
      315.0,
      64.0
     ],
     "text": "Click one of the two on the left, then load_model. Copy them into your own patch, beside your own multi_track. Whenever the server was started again, send load_model again.",
     "linecount": 4,
     "fontsize": 12.0,
     "textcolor": [
      0.13,
      0.16,
      0.2,
      1.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-18",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      22.5,
      439.5,
      825.0,
      22.0
     ],
     "text": "3  Or let multi_track start it",
     "fontsize": 13.0,
     "textcolor": [
      0.05,
      0.42,
      0.51,
      1.0
     ],
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-19",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      22.5,
      462.0,
      825.0,
      35.0
     ],
     "text": "In its message set_command, put the command in place of the old one, in quotes:  set_command \"sideman serve BUNDLE\"  with the full path of both, then  server 1.  What the external and the panel of its help patch add to the command, sideman understands.",
     "linecount": 2,
     "fontsize": 12.0,
     "textcolor": [
      0.13,
      0.16,
      0.2,
      1.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-20",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      22.5,
      532.5,
      825.0,
      22.0
     ],
     "text": "Good to know",
     "fontsize": 13.0,
     "textcolor": [
      0.05,
      0.42,
      0.51,
      1.0
     ],
     "fontface": 1
    }
   },
   {
    "box": {
     "id": "obj-21",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      22.5,
      555.0,
      825.0,
      35.0
     ],
     "text": "The reply port is 8000: multi_track opens it when it is made, and port_listener does not move it. Messages r, w, fade, packet_size and predict_instruments work as before. The object sideman~ needs none of them, nor a buffer: it streams, and follows more closely.",
     "linecount": 2,
     "fontsize": 12.0,
     "textcolor": [
      0.13,
      0.16,
      0.2,
      1.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-22",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      15.0,
      75.0,
      840.0,
      114.0
     ],
     "background": 1,
     "ignoreclick": 1,
     "bgcolor": [
      1.0,
      1.0,
      1.0,
      1.0
     ],
     "border": 1,
     "bordercolor": [
      0.8,
      0.83,
      0.86,
      1.0
     ],
     "rounded": 8
    }
   },
   {
    "box": {
     "id": "obj-23",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      15.0,
      195.0,
      840.0,
      225.0
     ],
     "background": 1,
     "ignoreclick": 1,
     "bgcolor": [
      1.0,
      1.0,
      1.0,
      1.0
     ],
     "border": 1,
     "bordercolor": [
      0.8,
      0.83,
      0.86,
      1.0
     ],
     "rounded": 8
    }
   },
   {
    "box": {
     "id": "obj-24",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      15.0,
      435.0,
      840.0,
      78.0
     ],
     "background": 1,
     "ignoreclick": 1,
     "bgcolor": [
      1.0,
      1.0,
      1.0,
      1.0
     ],
     "border": 1,
     "bordercolor": [
      0.8,
      0.83,
      0.86,
      1.0
     ],
     "rounded": 8
    }
   },
   {
    "box": {
     "id": "obj-25",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      15.0,
      528.0,
      840.0,
      79.5
     ],
     "background": 1,
     "ignoreclick": 1,
     "bgcolor": [
      1.0,
      1.0,
      1.0,
      1.0
     ],
     "border": 1,
     "bordercolor": [
      0.8,
      0.83,
      0.86,
      1.0
     ],
     "rounded": 8
    }
   }
  ],
  "lines": [
   {
    "patchline": {
     "source": [
      "obj-12",
      0
     ],
     "destination": [
      "obj-10",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-14",
      0
     ],
     "destination": [
      "obj-10",
      0
     ],
     "midpoints": [
      59.0,
      352.5,
      38.0,
      352.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-16",
      0
     ],
     "destination": [
      "obj-10",
      0
     ],
     "midpoints": [
      518.0,
      352.5,
      38.0,
      352.5
     ]
    }
   }
  ]
 }
}
