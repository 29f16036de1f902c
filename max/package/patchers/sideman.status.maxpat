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
   420,
   117.0
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
      600.0,
      20.0
     ],
     "text": "What the last outlet of sideman~ says",
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
     "maxclass": "inlet",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      15.0,
      39.0,
      30.0,
      30.0
     ],
     "comment": "from the last outlet of sideman~",
     "index": 1
    }
   },
   {
    "box": {
     "id": "obj-3",
     "maxclass": "newobj",
     "numinlets": 4,
     "numoutlets": 4,
     "outlettype": [
      "",
      "",
      "",
      ""
     ],
     "patching_rect": [
      15.0,
      81.0,
      465.0,
      22.0
     ],
     "text": "route state engine text"
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
      15.0,
      120.0,
      81.0,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-5",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      15.0,
      156.0,
      120.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      30.0,
      0.0,
      165.0,
      22.5
     ],
     "text": "",
     "bgcolor": [
      0.95,
      0.96,
      0.98,
      1.0
     ],
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
     "id": "obj-6",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      312.0,
      120.0,
      81.0,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-7",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      312.0,
      156.0,
      120.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      201.0,
      0.0,
      219.0,
      22.5
     ],
     "text": "",
     "bgcolor": [
      0.95,
      0.96,
      0.98,
      1.0
     ],
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
     "id": "obj-8",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      459.0,
      120.0,
      81.0,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-9",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      459.0,
      156.0,
      120.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      0.0,
      78.0,
      420.0,
      37.5
     ],
     "text": "",
     "bgcolor": [
      0.95,
      0.96,
      0.98,
      1.0
     ],
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
     "id": "obj-10",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "bang",
      ""
     ],
     "patching_rect": [
      15.0,
      195.0,
      76.0,
      22.0
     ],
     "text": "sel playing"
    }
   },
   {
    "box": {
     "id": "obj-11",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      15.0,
      231.0,
      32.0,
      22.0
     ],
     "text": "t 1"
    }
   },
   {
    "box": {
     "id": "obj-12",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      90.0,
      231.0,
      32.0,
      22.0
     ],
     "text": "t 0"
    }
   },
   {
    "box": {
     "id": "obj-13",
     "maxclass": "led",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      15.0,
      276.0,
      24.0,
      24.0
     ],
     "presentation": 1,
     "presentation_rect": [
      0.0,
      0.0,
      24.0,
      24.0
     ],
     "oncolor": [
      0.16,
      0.62,
      0.36,
      1.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-14",
     "maxclass": "jsui",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      420.0,
      201.0,
      240.0,
      45.0
     ],
     "presentation": 1,
     "presentation_rect": [
      0.0,
      28.5,
      420.0,
      45.0
     ],
     "filename": "sideman.cycle.js",
     "parameter_enable": 0
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
      "obj-3",
      0
     ],
     "destination": [
      "obj-4",
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
      "obj-3",
      1
     ],
     "destination": [
      "obj-6",
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
      "obj-7",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      2
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
      "obj-9",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      0
     ],
     "destination": [
      "obj-10",
      0
     ],
     "midpoints": [
      22.95,
      114.0,
      7.5,
      114.0,
      7.5,
      189.0,
      22.95,
      189.0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-10",
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
      "obj-11",
      0
     ],
     "destination": [
      "obj-13",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-10",
      1
     ],
     "destination": [
      "obj-12",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-12",
      0
     ],
     "destination": [
      "obj-13",
      0
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
      "obj-14",
      0
     ],
     "midpoints": [
      22.95,
      73.5,
      667.5,
      73.5,
      667.5,
      193.5,
      427.95000000000005,
      193.5
     ]
    }
   }
  ]
 }
}
