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
   63.0,
   231.0
  ],
  "bglocked": 0,
  "openinpresentation": 1,
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
   1.0,
   1.0,
   1.0,
   1.0
  ],
  "editing_bgcolor": [
   1.0,
   1.0,
   1.0,
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
      360.0,
      20.0
     ],
     "text": "A stem; its name stands in the box",
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
     "id": "obj-2",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      180.0,
      45.0,
      108.0,
      22.0
     ],
     "text": "loadmess set #1"
    }
   },
   {
    "box": {
     "id": "obj-3",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      180.0,
      78.0,
      75.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      0.0,
      0.0,
      63.0,
      21.0
     ],
     "text": "",
     "textjustification": 1,
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
     "id": "obj-4",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      315.0,
      45.0,
      101.0,
      22.0
     ],
     "text": "loadmess set 1"
    }
   },
   {
    "box": {
     "id": "obj-5",
     "maxclass": "toggle",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      315.0,
      78.0,
      24.0,
      24.0
     ],
     "presentation": 1,
     "presentation_rect": [
      19.5,
      24.0,
      25.5,
      25.5
     ]
    }
   },
   {
    "box": {
     "id": "obj-6",
     "maxclass": "inlet",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      30.0,
      45.0,
      30.0,
      30.0
     ],
     "comment": "the stem",
     "index": 1
    }
   },
   {
    "box": {
     "id": "obj-7",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      82.5,
      45.0,
      93.0,
      22.0
     ],
     "text": "loadmess 128"
    }
   },
   {
    "box": {
     "id": "obj-8",
     "maxclass": "gain~",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "signal",
      ""
     ],
     "patching_rect": [
      30.0,
      97.5,
      24.0,
      105.0
     ],
     "presentation": 1,
     "presentation_rect": [
      12.0,
      61.49999999999999,
      25.5,
      168.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-9",
     "maxclass": "meter~",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "float"
     ],
     "patching_rect": [
      90.0,
      222.0,
      15.0,
      60.0
     ],
     "presentation": 1,
     "presentation_rect": [
      42.0,
      61.49999999999999,
      12.0,
      168.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-10",
     "maxclass": "outlet",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      30.0,
      232.5,
      30.0,
      30.0
     ],
     "comment": "the stem, as loud as its fader is high",
     "index": 1
    }
   },
   {
    "box": {
     "id": "obj-11",
     "maxclass": "outlet",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      315.0,
      232.5,
      30.0,
      30.0
     ],
     "comment": "1 if it shall play, or 0",
     "index": 2
    }
   }
  ],
  "lines": [
   {
    "patchline": {
     "source": [
      "obj-2",
      0
     ],
     "destination": [
      "obj-3",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-4",
      0
     ],
     "destination": [
      "obj-5",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-5",
      0
     ],
     "destination": [
      "obj-11",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-6",
      0
     ],
     "destination": [
      "obj-8",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-8",
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
      "obj-7",
      0
     ],
     "destination": [
      "obj-8",
      0
     ],
     "midpoints": [
      90.5,
      85.5,
      38.0,
      85.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-8",
      0
     ],
     "destination": [
      "obj-9",
      0
     ],
     "midpoints": [
      38.0,
      213.0,
      98.0,
      213.0
     ]
    }
   }
  ]
 }
}
