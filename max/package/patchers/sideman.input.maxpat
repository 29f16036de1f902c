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
   105,
   30
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
     "text": "Input 1, or the loop that came with the package",
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
     "maxclass": "toggle",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      195.0,
      45.0,
      24.0,
      24.0
     ],
     "presentation": 1,
     "presentation_rect": [
      3.0,
      3.0,
      24.0,
      24.0
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
      225.0,
      48.0,
      78.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      27.0,
      5.25,
      78.0,
      21.0
     ],
     "text": "play a loop",
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
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      30.0,
      105.0,
      35.0,
      22.0
     ],
     "text": "+ 1"
    }
   },
   {
    "box": {
     "id": "obj-5",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "signal"
     ],
     "patching_rect": [
      75.0,
      105.0,
      55.0,
      22.0
     ],
     "text": "adc~ 1"
    }
   },
   {
    "box": {
     "id": "obj-6",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      135.0,
      75.0,
      200.0,
      22.0
     ],
     "text": "loadmess open sideman.loop.flac"
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
      255.0,
      105.0,
      107.0,
      22.0
     ],
     "text": "loadmess loop 1"
    }
   },
   {
    "box": {
     "id": "obj-8",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "signal",
      "bang"
     ],
     "patching_rect": [
      135.0,
      135.0,
      90.0,
      22.0
     ],
     "text": "sfplay~ 1"
    }
   },
   {
    "box": {
     "id": "obj-9",
     "maxclass": "newobj",
     "numinlets": 3,
     "numoutlets": 1,
     "outlettype": [
      "signal"
     ],
     "patching_rect": [
      30.0,
      180.0,
      120.0,
      22.0
     ],
     "text": "selector~ 2 1"
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
      216.0,
      30.0,
      30.0
     ],
     "comment": "what the band listens to",
     "index": 1
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
      "obj-4",
      0
     ],
     "midpoints": [
      207.0,
      72.0,
      37.5,
      72.0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-2",
      0
     ],
     "destination": [
      "obj-8",
      0
     ],
     "midpoints": [
      207.0,
      72.0,
      127.5,
      72.0,
      127.5,
      129.0
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
      "obj-7",
      0
     ],
     "destination": [
      "obj-8",
      0
     ],
     "midpoints": [
      263.0,
      129.0,
      143.0,
      129.0
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
      "obj-9",
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
      "obj-9",
      1
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
      2
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-9",
      0
     ],
     "destination": [
      "obj-10",
      0
     ]
    }
   }
  ]
 }
}
