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
   750,
   531.0
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
      7.5,
      180.0,
      37.0
     ],
     "presentation": 1,
     "presentation_rect": [
      15.0,
      9.0,
      165.0,
      34.5
     ],
     "text": "sideman",
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
      48.0,
      450.0,
      20.0
     ],
     "text": "The wiring. What a performer sees is in presentation mode.",
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
     "id": "obj-3",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 5,
     "outlettype": [
      "signal",
      "signal",
      "signal",
      "signal",
      ""
     ],
     "patching_rect": [
      30.0,
      420.0,
      436.0,
      22.0
     ],
     "text": "sideman~ bass drums guitar piano"
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
      79.5,
      120.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      22.5,
      64.5,
      105.0,
      22.5
     ],
     "text": "You",
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
     "id": "obj-5",
     "maxclass": "bpatcher",
     "numinlets": 0,
     "numoutlets": 1,
     "outlettype": [
      "signal"
     ],
     "patching_rect": [
      30.0,
      112.5,
      105.0,
      30.0
     ],
     "presentation": 1,
     "presentation_rect": [
      22.5,
      207.0,
      105.0,
      30.0
     ],
     "args": [],
     "name": "sideman.input.maxpat",
     "bgmode": 0,
     "border": 0,
     "clickthrough": 0,
     "enablehscroll": 0,
     "enablevscroll": 0,
     "lockeddragscroll": 0,
     "offset": [
      0.0,
      0.0
     ],
     "viewvisibility": 1
    }
   },
   {
    "box": {
     "id": "obj-6",
     "maxclass": "meter~",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "float"
     ],
     "patching_rect": [
      75.0,
      165.0,
      18.0,
      90.0
     ],
     "presentation": 1,
     "presentation_rect": [
      63.0,
      90.0,
      24.0,
      111.0
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
      172.5,
      79.5,
      255.0,
      22.0
     ],
     "text": "Start, stop, reset, panic",
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
     "id": "obj-8",
     "maxclass": "textbutton",
     "numinlets": 1,
     "numoutlets": 3,
     "outlettype": [
      "",
      "",
      "int"
     ],
     "patching_rect": [
      174.0,
      112.5,
      60.0,
      24.0
     ],
     "presentation": 1,
     "presentation_rect": [
      411.0,
      13.5,
      76.5,
      30.0
     ],
     "text": "start",
     "bgcolor": [
      0.16,
      0.62,
      0.36,
      1.0
     ],
     "bgoncolor": [
      0.16,
      0.62,
      0.36,
      1.0
     ],
     "textcolor": [
      1.0,
      1.0,
      1.0,
      1.0
     ],
     "textoncolor": [
      1.0,
      1.0,
      1.0,
      1.0
     ],
     "fontsize": 14.0,
     "rounded": 8.0
    }
   },
   {
    "box": {
     "id": "obj-9",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      174.0,
      165.0,
      41.0,
      22.0
     ],
     "text": "start"
    }
   },
   {
    "box": {
     "id": "obj-10",
     "maxclass": "textbutton",
     "numinlets": 1,
     "numoutlets": 3,
     "outlettype": [
      "",
      "",
      "int"
     ],
     "patching_rect": [
      238.49999999999997,
      112.5,
      60.0,
      24.0
     ],
     "presentation": 1,
     "presentation_rect": [
      493.5,
      13.5,
      76.5,
      30.0
     ],
     "text": "stop",
     "bgcolor": [
      0.05,
      0.42,
      0.51,
      1.0
     ],
     "bgoncolor": [
      0.05,
      0.42,
      0.51,
      1.0
     ],
     "textcolor": [
      1.0,
      1.0,
      1.0,
      1.0
     ],
     "textoncolor": [
      1.0,
      1.0,
      1.0,
      1.0
     ],
     "fontsize": 14.0,
     "rounded": 8.0
    }
   },
   {
    "box": {
     "id": "obj-11",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      238.49999999999997,
      165.0,
      40.0,
      22.0
     ],
     "text": "stop"
    }
   },
   {
    "box": {
     "id": "obj-12",
     "maxclass": "textbutton",
     "numinlets": 1,
     "numoutlets": 3,
     "outlettype": [
      "",
      "",
      "int"
     ],
     "patching_rect": [
      303.0,
      112.5,
      60.0,
      24.0
     ],
     "presentation": 1,
     "presentation_rect": [
      576.0,
      13.5,
      76.5,
      30.0
     ],
     "text": "reset",
     "bgcolor": [
      0.05,
      0.42,
      0.51,
      1.0
     ],
     "bgoncolor": [
      0.05,
      0.42,
      0.51,
      1.0
     ],
     "textcolor": [
      1.0,
      1.0,
      1.0,
      1.0
     ],
     "textoncolor": [
      1.0,
      1.0,
      1.0,
      1.0
     ],
     "fontsize": 14.0,
     "rounded": 8.0
    }
   },
   {
    "box": {
     "id": "obj-13",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      303.0,
      165.0,
      44.0,
      22.0
     ],
     "text": "reset"
    }
   },
   {
    "box": {
     "id": "obj-14",
     "maxclass": "textbutton",
     "numinlets": 1,
     "numoutlets": 3,
     "outlettype": [
      "",
      "",
      "int"
     ],
     "patching_rect": [
      367.5,
      112.5,
      60.0,
      24.0
     ],
     "presentation": 1,
     "presentation_rect": [
      658.5,
      13.5,
      76.5,
      30.0
     ],
     "text": "panic",
     "bgcolor": [
      0.8,
      0.21,
      0.18,
      1.0
     ],
     "bgoncolor": [
      0.8,
      0.21,
      0.18,
      1.0
     ],
     "textcolor": [
      1.0,
      1.0,
      1.0,
      1.0
     ],
     "textoncolor": [
      1.0,
      1.0,
      1.0,
      1.0
     ],
     "fontsize": 14.0,
     "rounded": 8.0
    }
   },
   {
    "box": {
     "id": "obj-15",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      367.5,
      165.0,
      46.0,
      22.0
     ],
     "text": "panic"
    }
   },
   {
    "box": {
     "id": "obj-16",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      457.5,
      79.5,
      285.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      487.5,
      349.5,
      240.0,
      22.5
     ],
     "text": "Server",
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
     "id": "obj-17",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      465.0,
      105.0,
      45.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      489.0,
      375.0,
      45.0,
      21.0
     ],
     "text": "host",
     "textjustification": 0,
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
     "id": "obj-18",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      465.0,
      127.5,
      143.0,
      22.0
     ],
     "text": "loadmess set 127.0.0.1"
    }
   },
   {
    "box": {
     "id": "obj-19",
     "maxclass": "textedit",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "",
      "int",
      "",
      ""
     ],
     "patching_rect": [
      465.0,
      165.0,
      120.0,
      22.5
     ],
     "presentation": 1,
     "presentation_rect": [
      540.0,
      373.5,
      180.0,
      22.5
     ],
     "text": "127.0.0.1",
     "keymode": 1,
     "lines": 1
    }
   },
   {
    "box": {
     "id": "obj-20",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      465.0,
      202.5,
      69.0,
      22.0
     ],
     "text": "route text"
    }
   },
   {
    "box": {
     "id": "obj-21",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      465.0,
      240.0,
      88.0,
      22.0
     ],
     "text": "prepend host"
    }
   },
   {
    "box": {
     "id": "obj-22",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      624.0,
      105.0,
      45.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      489.0,
      400.5,
      45.0,
      21.0
     ],
     "text": "port",
     "textjustification": 0,
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
     "id": "obj-23",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      624.0,
      127.5,
      121.0,
      22.0
     ],
     "text": "loadmess set 7000"
    }
   },
   {
    "box": {
     "id": "obj-24",
     "maxclass": "number",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "bang"
     ],
     "patching_rect": [
      624.0,
      165.0,
      75.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      540.0,
      399.0,
      90.0,
      22.5
     ],
     "minimum": 1,
     "maximum": 65535
    }
   },
   {
    "box": {
     "id": "obj-25",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      624.0,
      202.5,
      85.0,
      22.0
     ],
     "text": "prepend port"
    }
   },
   {
    "box": {
     "id": "obj-26",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1372.5,
      79.5,
      195.0,
      22.0
     ],
     "text": "Bundle",
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
     "id": "obj-27",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1380.0,
      105.0,
      49.5,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      489.0,
      426.0,
      49.5,
      21.0
     ],
     "text": "bundle",
     "textjustification": 0,
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
     "id": "obj-28",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1470.0,
      105.0,
      87.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      642.0,
      426.0,
      87.0,
      21.0
     ],
     "text": "empty: the first",
     "textjustification": 0,
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
     "id": "obj-29",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1380.0,
      127.5,
      100.0,
      22.0
     ],
     "text": "loadmess clear"
    }
   },
   {
    "box": {
     "id": "obj-30",
     "maxclass": "textedit",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "",
      "int",
      "",
      ""
     ],
     "patching_rect": [
      1380.0,
      165.0,
      120.0,
      22.5
     ],
     "presentation": 1,
     "presentation_rect": [
      540.0,
      424.5,
      99.0,
      22.5
     ],
     "text": "",
     "keymode": 1,
     "lines": 1
    }
   },
   {
    "box": {
     "id": "obj-31",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1380.0,
      202.5,
      69.0,
      22.0
     ],
     "text": "route text"
    }
   },
   {
    "box": {
     "id": "obj-32",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "",
      ""
     ],
     "patching_rect": [
      1380.0,
      240.0,
      75.0,
      22.0
     ],
     "text": "route bang"
    }
   },
   {
    "box": {
     "id": "obj-33",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1380.0,
      277.5,
      52.0,
      22.0
     ],
     "text": "bundle"
    }
   },
   {
    "box": {
     "id": "obj-34",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1440.0,
      277.5,
      100.0,
      22.0
     ],
     "text": "prepend bundle"
    }
   },
   {
    "box": {
     "id": "obj-35",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      772.5,
      79.5,
      195.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      457.5,
      64.5,
      270.0,
      22.5
     ],
     "text": "Look-ahead",
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
     "id": "obj-36",
     "maxclass": "live.dial",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "float"
     ],
     "patching_rect": [
      780.0,
      109.5,
      75.0,
      69.0
     ],
     "presentation": 1,
     "presentation_rect": [
      465.0,
      90.0,
      90.0,
      81.0
     ],
     "parameter_enable": 1,
     "varname": "look-ahead",
     "saved_attribute_attributes": {
      "valueof": {
       "parameter_longname": "look-ahead",
       "parameter_shortname": "look-ahead",
       "parameter_type": 2,
       "parameter_enum": [
        "auto",
        "1",
        "2",
        "3",
        "4",
        "5",
        "6",
        "7",
        "8",
        "9",
        "10",
        "11",
        "12",
        "13",
        "14",
        "15",
        "16",
        "17",
        "18",
        "19",
        "20",
        "21",
        "22",
        "23",
        "24",
        "25",
        "26",
        "27",
        "28",
        "29",
        "30",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "38",
        "39",
        "40",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "47",
        "48",
        "49",
        "50",
        "51",
        "52",
        "53",
        "54",
        "55",
        "56",
        "57",
        "58",
        "59",
        "60",
        "61",
        "62",
        "63",
        "64"
       ],
       "parameter_mmax": 64,
       "parameter_initial_enable": 1,
       "parameter_initial": [
        0
       ]
      }
     }
    }
   },
   {
    "box": {
     "id": "obj-37",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "bang",
      ""
     ],
     "patching_rect": [
      780.0,
      195.0,
      43.0,
      22.0
     ],
     "text": "sel 0"
    }
   },
   {
    "box": {
     "id": "obj-38",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      780.0,
      232.5,
      67.0,
      22.0
     ],
     "text": "lead auto"
    }
   },
   {
    "box": {
     "id": "obj-39",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      870.0,
      232.5,
      87.0,
      22.0
     ],
     "text": "prepend lead"
    }
   },
   {
    "box": {
     "id": "obj-40",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      855.0,
      105.0,
      120.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      465.0,
      204.0,
      120.0,
      21.0
     ],
     "text": "safety of auto",
     "textjustification": 0,
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
     "id": "obj-41",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      870.0,
      126.0,
      101.0,
      22.0
     ],
     "text": "loadmess set 1"
    }
   },
   {
    "box": {
     "id": "obj-42",
     "maxclass": "umenu",
     "numinlets": 1,
     "numoutlets": 3,
     "outlettype": [
      "int",
      "",
      ""
     ],
     "patching_rect": [
      870.0,
      156.0,
      97.5,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      588.0,
      202.5,
      135.0,
      22.5
     ],
     "items": [
      "tight",
      ",",
      "normal",
      ",",
      "safe"
     ]
    }
   },
   {
    "box": {
     "id": "obj-43",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      870.0,
      186.0,
      101.0,
      22.0
     ],
     "text": "prepend margin"
    }
   },
   {
    "box": {
     "id": "obj-44",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      997.5,
      79.5,
      345.0,
      22.0
     ],
     "text": "Step, latency",
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
     "id": "obj-45",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1005.0,
      105.0,
      120.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      465.0,
      241.50000000000003,
      120.0,
      21.0
     ],
     "text": "step (0: auto)",
     "textjustification": 0,
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
     "id": "obj-46",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1005.0,
      127.5,
      101.0,
      22.0
     ],
     "text": "loadmess set 0"
    }
   },
   {
    "box": {
     "id": "obj-47",
     "maxclass": "number",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "bang"
     ],
     "patching_rect": [
      1005.0,
      165.0,
      60.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      588.0,
      240.0,
      69.0,
      22.5
     ],
     "minimum": 0,
     "maximum": 64
    }
   },
   {
    "box": {
     "id": "obj-48",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1071.0,
      166.5,
      69.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      660.0,
      241.50000000000003,
      69.0,
      21.0
     ],
     "text": "columns",
     "textjustification": 0,
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
     "id": "obj-49",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "bang",
      ""
     ],
     "patching_rect": [
      1005.0,
      202.5,
      43.0,
      22.0
     ],
     "text": "sel 0"
    }
   },
   {
    "box": {
     "id": "obj-50",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1005.0,
      240.0,
      68.0,
      22.0
     ],
     "text": "step auto"
    }
   },
   {
    "box": {
     "id": "obj-51",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1102.5,
      240.0,
      88.0,
      22.0
     ],
     "text": "prepend step"
    }
   },
   {
    "box": {
     "id": "obj-52",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1194.0,
      105.0,
      120.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      465.0,
      279.0,
      120.0,
      21.0
     ],
     "text": "sound card's latency",
     "textjustification": 0,
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
     "id": "obj-53",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1194.0,
      127.5,
      101.0,
      22.0
     ],
     "text": "loadmess set 0"
    }
   },
   {
    "box": {
     "id": "obj-54",
     "maxclass": "number",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "bang"
     ],
     "patching_rect": [
      1194.0,
      165.0,
      75.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      588.0,
      277.5,
      69.0,
      22.5
     ],
     "minimum": 0,
     "maximum": 192000
    }
   },
   {
    "box": {
     "id": "obj-55",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1194.0,
      202.5,
      104.0,
      22.0
     ],
     "text": "prepend latency"
    }
   },
   {
    "box": {
     "id": "obj-56",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1273.5,
      166.5,
      69.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      660.0,
      279.0,
      69.0,
      21.0
     ],
     "text": "samples",
     "textjustification": 0,
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
     "id": "obj-57",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      45.0,
      457.5,
      480.0,
      22.0
     ],
     "text": "You hear",
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
     "id": "obj-58",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      577.5,
      694.5,
      840.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      157.5,
      64.5,
      270.0,
      22.5
     ],
     "text": "Which stems play",
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
     "id": "obj-59",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      840.0,
      771.0,
      450.0,
      35.0
     ],
     "text": "Makes a message of the toggles, for example  stems bass piano. Nothing is sent before one of them is touched: at first all stems play.",
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
     "id": "obj-60",
     "maxclass": "newobj",
     "numinlets": 4,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      585.0,
      771.0,
      241.0,
      36.0
     ],
     "text": "js sideman.stems.js bass drums guitar piano"
    }
   },
   {
    "box": {
     "id": "obj-61",
     "maxclass": "bpatcher",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "signal",
      ""
     ],
     "patching_rect": [
      30.0,
      495.0,
      63.0,
      231.0
     ],
     "presentation": 1,
     "presentation_rect": [
      160.5,
      88.5,
      63.0,
      231.0
     ],
     "args": [
      "bass"
     ],
     "name": "sideman.strip.maxpat",
     "bgmode": 0,
     "border": 0,
     "clickthrough": 0,
     "enablehscroll": 0,
     "enablevscroll": 0,
     "lockeddragscroll": 0,
     "offset": [
      0.0,
      0.0
     ],
     "viewvisibility": 1
    }
   },
   {
    "box": {
     "id": "obj-62",
     "maxclass": "bpatcher",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "signal",
      ""
     ],
     "patching_rect": [
      135.0,
      495.0,
      63.0,
      231.0
     ],
     "presentation": 1,
     "presentation_rect": [
      228.0,
      88.5,
      63.0,
      231.0
     ],
     "args": [
      "drums"
     ],
     "name": "sideman.strip.maxpat",
     "bgmode": 0,
     "border": 0,
     "clickthrough": 0,
     "enablehscroll": 0,
     "enablevscroll": 0,
     "lockeddragscroll": 0,
     "offset": [
      0.0,
      0.0
     ],
     "viewvisibility": 1
    }
   },
   {
    "box": {
     "id": "obj-63",
     "maxclass": "bpatcher",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "signal",
      ""
     ],
     "patching_rect": [
      240.0,
      495.0,
      63.0,
      231.0
     ],
     "presentation": 1,
     "presentation_rect": [
      295.5,
      88.5,
      63.0,
      231.0
     ],
     "args": [
      "guitar"
     ],
     "name": "sideman.strip.maxpat",
     "bgmode": 0,
     "border": 0,
     "clickthrough": 0,
     "enablehscroll": 0,
     "enablevscroll": 0,
     "lockeddragscroll": 0,
     "offset": [
      0.0,
      0.0
     ],
     "viewvisibility": 1
    }
   },
   {
    "box": {
     "id": "obj-64",
     "maxclass": "bpatcher",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "signal",
      ""
     ],
     "patching_rect": [
      345.0,
      495.0,
      63.0,
      231.0
     ],
     "presentation": 1,
     "presentation_rect": [
      363.0,
      88.5,
      63.0,
      231.0
     ],
     "args": [
      "piano"
     ],
     "name": "sideman.strip.maxpat",
     "bgmode": 0,
     "border": 0,
     "clickthrough": 0,
     "enablehscroll": 0,
     "enablevscroll": 0,
     "lockeddragscroll": 0,
     "offset": [
      0.0,
      0.0
     ],
     "viewvisibility": 1
    }
   },
   {
    "box": {
     "id": "obj-65",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      "signal"
     ],
     "patching_rect": [
      30.0,
      757.5,
      45.0,
      22.0
     ],
     "text": "*~ 1."
    }
   },
   {
    "box": {
     "id": "obj-66",
     "maxclass": "ezdac~",
     "numinlets": 2,
     "numoutlets": 0,
     "patching_rect": [
      30.0,
      817.5,
      45.0,
      45.0
     ],
     "presentation": 1,
     "presentation_rect": [
      52.5,
      249.00000000000003,
      45.0,
      45.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-67",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      82.5,
      840.0,
      102.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      24.0,
      298.5,
      102.0,
      21.0
     ],
     "text": "audio on, off",
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
     "id": "obj-68",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      247.5,
      757.5,
      285.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      487.5,
      462.0,
      240.0,
      22.5
     ],
     "text": "Recorder",
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
     "id": "obj-69",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      "signal"
     ],
     "patching_rect": [
      255.0,
      844.5,
      80.0,
      22.0
     ],
     "text": "sfrecord~ 2"
    }
   },
   {
    "box": {
     "id": "obj-70",
     "maxclass": "textbutton",
     "numinlets": 1,
     "numoutlets": 3,
     "outlettype": [
      "",
      "",
      "int"
     ],
     "patching_rect": [
      315.0,
      780.0,
      75.0,
      24.0
     ],
     "presentation": 1,
     "presentation_rect": [
      489.0,
      487.5,
      81.0,
      22.5
     ],
     "text": "choose file",
     "bgcolor": [
      0.05,
      0.42,
      0.51,
      1.0
     ],
     "bgoncolor": [
      0.05,
      0.42,
      0.51,
      1.0
     ],
     "textcolor": [
      1.0,
      1.0,
      1.0,
      1.0
     ],
     "textoncolor": [
      1.0,
      1.0,
      1.0,
      1.0
     ],
     "fontsize": 12.0,
     "rounded": 8.0
    }
   },
   {
    "box": {
     "id": "obj-71",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      315.0,
      810.0,
      43.0,
      22.0
     ],
     "text": "open"
    }
   },
   {
    "box": {
     "id": "obj-72",
     "maxclass": "toggle",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      397.5,
      808.5,
      24.0,
      24.0
     ],
     "presentation": 1,
     "presentation_rect": [
      577.5,
      486.0,
      25.5,
      25.5
     ]
    }
   },
   {
    "box": {
     "id": "obj-73",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      394.5,
      846.0,
      122.99999999999999,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      606.0,
      489.0,
      122.99999999999999,
      21.0
     ],
     "text": "you left, band right",
     "textjustification": 0,
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
     "id": "obj-74",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      577.5,
      462.0,
      840.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      22.5,
      349.5,
      435.0,
      22.5
     ],
     "text": "How it goes",
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
     "id": "obj-75",
     "maxclass": "bpatcher",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      585.0,
      540.0,
      420.0,
      117.0
     ],
     "presentation": 1,
     "presentation_rect": [
      30.0,
      378.0,
      420.0,
      117.0
     ],
     "args": [],
     "name": "sideman.status.maxpat",
     "bgmode": 0,
     "border": 0,
     "clickthrough": 0,
     "enablehscroll": 0,
     "enablevscroll": 0,
     "lockeddragscroll": 0,
     "offset": [
      0.0,
      0.0
     ],
     "viewvisibility": 1
    }
   },
   {
    "box": {
     "id": "obj-76",
     "maxclass": "newobj",
     "numinlets": 3,
     "numoutlets": 3,
     "outlettype": [
      "",
      "",
      ""
     ],
     "patching_rect": [
      1080.0,
      495.0,
      286.0,
      22.0
     ],
     "text": "route lead ahead"
    }
   },
   {
    "box": {
     "id": "obj-77",
     "maxclass": "number",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "bang"
     ],
     "patching_rect": [
      1080.0,
      540.0,
      60.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      669.0,
      142.5,
      48.0,
      22.5
     ],
     "ignoreclick": 1,
     "triangle": 0,
     "fontsize": 12.0
    }
   },
   {
    "box": {
     "id": "obj-78",
     "maxclass": "number",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "bang"
     ],
     "patching_rect": [
      1215.0,
      540.0,
      90.0,
      36.0
     ],
     "presentation": 1,
     "presentation_rect": [
      576.0,
      93.0,
      96.0,
      36.0
     ],
     "ignoreclick": 1,
     "triangle": 0,
     "fontsize": 24.0
    }
   },
   {
    "box": {
     "id": "obj-79",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1308.0,
      549.0,
      60.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      673.5,
      103.5,
      60.0,
      21.0
     ],
     "text": "ms ahead",
     "textjustification": 0,
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
     "id": "obj-80",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1080.0,
      570.0,
      96.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      570.0,
      144.0,
      96.0,
      21.0
     ],
     "text": "columns in use",
     "textjustification": 0,
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
     "id": "obj-81",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1080.0,
      594.0,
      135.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      570.0,
      168.0,
      135.0,
      21.0
     ],
     "text": "1 column = 93 ms",
     "textjustification": 0,
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
     "id": "obj-82",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      15.0,
      75.0,
      135.0,
      300.0
     ],
     "presentation": 1,
     "presentation_rect": [
      15.0,
      60.0,
      120.0,
      270.0
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
     "id": "obj-83",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      165.0,
      75.0,
      270.0,
      300.0
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
     "id": "obj-84",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      450.0,
      75.0,
      300.0,
      300.0
     ],
     "presentation": 1,
     "presentation_rect": [
      480.0,
      345.0,
      255.0,
      105.0
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
     "id": "obj-85",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1365.0,
      75.0,
      210.0,
      300.0
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
     "id": "obj-86",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      765.0,
      75.0,
      210.0,
      300.0
     ],
     "presentation": 1,
     "presentation_rect": [
      450.0,
      60.0,
      285.0,
      270.0
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
     "id": "obj-87",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      990.0,
      75.0,
      360.0,
      300.0
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
     "id": "obj-88",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      15.0,
      453.0,
      540.0,
      432.0
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
     "id": "obj-89",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      570.0,
      690.0,
      855.0,
      195.0
     ],
     "presentation": 1,
     "presentation_rect": [
      150.0,
      60.0,
      285.0,
      270.0
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
     "id": "obj-90",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      240.0,
      753.0,
      300.0,
      120.0
     ],
     "presentation": 1,
     "presentation_rect": [
      480.0,
      457.5,
      255.0,
      58.5
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
     "id": "obj-91",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      570.0,
      457.5,
      855.0,
      217.5
     ],
     "presentation": 1,
     "presentation_rect": [
      15.0,
      345.0,
      450.0,
      171.0
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
      "obj-5",
      0
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
      "obj-5",
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
      "obj-9",
      0
     ],
     "destination": [
      "obj-3",
      0
     ],
     "midpoints": [
      182.0,
      397.5,
      38.0,
      397.5
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
      "obj-3",
      0
     ],
     "midpoints": [
      246.49999999999997,
      397.5,
      38.0,
      397.5
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
      "obj-13",
      0
     ],
     "destination": [
      "obj-3",
      0
     ],
     "midpoints": [
      311.0,
      397.5,
      38.0,
      397.5
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
      "obj-15",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-15",
      0
     ],
     "destination": [
      "obj-3",
      0
     ],
     "midpoints": [
      375.5,
      397.5,
      38.0,
      397.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-18",
      0
     ],
     "destination": [
      "obj-19",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-23",
      0
     ],
     "destination": [
      "obj-24",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-19",
      0
     ],
     "destination": [
      "obj-20",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-20",
      0
     ],
     "destination": [
      "obj-21",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-24",
      0
     ],
     "destination": [
      "obj-25",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-21",
      0
     ],
     "destination": [
      "obj-3",
      0
     ],
     "midpoints": [
      473.0,
      397.5,
      38.0,
      397.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-25",
      0
     ],
     "destination": [
      "obj-3",
      0
     ],
     "midpoints": [
      632.0,
      397.5,
      38.0,
      397.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-29",
      0
     ],
     "destination": [
      "obj-30",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-30",
      0
     ],
     "destination": [
      "obj-31",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-31",
      0
     ],
     "destination": [
      "obj-32",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-32",
      0
     ],
     "destination": [
      "obj-33",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-32",
      1
     ],
     "destination": [
      "obj-34",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-33",
      0
     ],
     "destination": [
      "obj-3",
      0
     ],
     "midpoints": [
      1388.0,
      397.5,
      38.0,
      397.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-34",
      0
     ],
     "destination": [
      "obj-3",
      0
     ],
     "midpoints": [
      1448.0,
      397.5,
      38.0,
      397.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-36",
      0
     ],
     "destination": [
      "obj-37",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-37",
      0
     ],
     "destination": [
      "obj-38",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-37",
      1
     ],
     "destination": [
      "obj-39",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-38",
      0
     ],
     "destination": [
      "obj-3",
      0
     ],
     "midpoints": [
      788.0,
      397.5,
      38.0,
      397.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-39",
      0
     ],
     "destination": [
      "obj-3",
      0
     ],
     "midpoints": [
      878.0,
      397.5,
      38.0,
      397.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-41",
      0
     ],
     "destination": [
      "obj-42",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-42",
      1
     ],
     "destination": [
      "obj-43",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-43",
      0
     ],
     "destination": [
      "obj-3",
      0
     ],
     "midpoints": [
      970.5,
      219.0,
      970.5,
      397.5,
      37.949999999999996,
      397.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-46",
      0
     ],
     "destination": [
      "obj-47",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-53",
      0
     ],
     "destination": [
      "obj-54",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-47",
      0
     ],
     "destination": [
      "obj-49",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-49",
      0
     ],
     "destination": [
      "obj-50",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-49",
      1
     ],
     "destination": [
      "obj-51",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-54",
      0
     ],
     "destination": [
      "obj-55",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-50",
      0
     ],
     "destination": [
      "obj-3",
      0
     ],
     "midpoints": [
      1013.0,
      397.5,
      38.0,
      397.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-51",
      0
     ],
     "destination": [
      "obj-3",
      0
     ],
     "midpoints": [
      1110.5,
      397.5,
      38.0,
      397.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-55",
      0
     ],
     "destination": [
      "obj-3",
      0
     ],
     "midpoints": [
      1202.0,
      397.5,
      38.0,
      397.5
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
      "obj-61",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-61",
      0
     ],
     "destination": [
      "obj-65",
      0
     ],
     "midpoints": [
      38.0,
      750.0,
      38.0,
      750.0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-61",
      1
     ],
     "destination": [
      "obj-60",
      0
     ],
     "midpoints": [
      85.0,
      744.0,
      593.0,
      744.0
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
      "obj-62",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-62",
      0
     ],
     "destination": [
      "obj-65",
      0
     ],
     "midpoints": [
      143.0,
      750.0,
      38.0,
      750.0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-62",
      1
     ],
     "destination": [
      "obj-60",
      1
     ],
     "midpoints": [
      190.0,
      739.5000000000001,
      668.0,
      739.5000000000001
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
      "obj-63",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-63",
      0
     ],
     "destination": [
      "obj-65",
      0
     ],
     "midpoints": [
      248.0,
      750.0,
      38.0,
      750.0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-63",
      1
     ],
     "destination": [
      "obj-60",
      2
     ],
     "midpoints": [
      295.0,
      735.0,
      743.0,
      735.0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      3
     ],
     "destination": [
      "obj-64",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-64",
      0
     ],
     "destination": [
      "obj-65",
      0
     ],
     "midpoints": [
      353.0,
      750.0,
      38.0,
      750.0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-64",
      1
     ],
     "destination": [
      "obj-60",
      3
     ],
     "midpoints": [
      400.0,
      730.5,
      818.0,
      730.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-60",
      0
     ],
     "destination": [
      "obj-3",
      0
     ],
     "midpoints": [
      592.5,
      855.0,
      562.5,
      855.0,
      562.5,
      397.5,
      37.949999999999996,
      397.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-65",
      0
     ],
     "destination": [
      "obj-66",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-65",
      0
     ],
     "destination": [
      "obj-66",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-70",
      0
     ],
     "destination": [
      "obj-71",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-71",
      0
     ],
     "destination": [
      "obj-69",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-72",
      0
     ],
     "destination": [
      "obj-69",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-65",
      0
     ],
     "destination": [
      "obj-69",
      1
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
      "obj-69",
      0
     ],
     "midpoints": [
      7.5,
      150.0,
      7.5,
      892.5,
      225.0,
      892.5,
      225.0,
      832.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      4
     ],
     "destination": [
      "obj-75",
      0
     ],
     "midpoints": [
      458.0,
      483.00000000000006,
      593.0,
      483.00000000000006
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-3",
      4
     ],
     "destination": [
      "obj-76",
      0
     ],
     "midpoints": [
      458.0,
      483.00000000000006,
      1088.0,
      483.00000000000006
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-76",
      0
     ],
     "destination": [
      "obj-77",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-76",
      1
     ],
     "destination": [
      "obj-78",
      0
     ]
    }
   }
  ]
 }
}
