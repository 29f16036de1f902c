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
   510
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
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "signal"
     ],
     "patching_rect": [
      30.0,
      112.5,
      55.0,
      22.0
     ],
     "text": "adc~ 1"
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
      93.0,
      24.0,
      122.99999999999999
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
      33.0,
      270.0,
      102.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      24.0,
      220.5,
      102.0,
      21.0
     ],
     "text": "input 1",
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
     "id": "obj-8",
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
     "id": "obj-9",
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
      195.0,
      13.5,
      70.5,
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
     "id": "obj-10",
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
     "id": "obj-11",
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
      271.5,
      13.5,
      70.5,
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
     "id": "obj-12",
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
     "id": "obj-13",
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
      348.0,
      13.5,
      70.5,
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
     "id": "obj-14",
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
     "id": "obj-15",
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
      424.49999999999994,
      13.5,
      70.5,
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
     "id": "obj-16",
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
     "id": "obj-17",
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
      22.5,
      438.0,
      375.0,
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
     "id": "obj-18",
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
      22.5,
      465.0,
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
      127.5,
      120.0,
      22.5
     ],
     "presentation": 1,
     "presentation_rect": [
      67.5,
      463.5,
      150.0,
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
      165.0,
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
      202.5,
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
      615.0,
      105.0,
      45.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      232.5,
      465.0,
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
      615.0,
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
      615.0,
      165.0,
      75.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      277.5,
      463.5,
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
      615.0,
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
     "id": "obj-27",
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
       "parameter_shortname": "columns",
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
     "id": "obj-28",
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
     "id": "obj-29",
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
     "id": "obj-30",
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
     "id": "obj-31",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1447.5,
      79.5,
      240.0,
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
     "id": "obj-32",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1455.0,
      105.0,
      90.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      465.0,
      262.5,
      90.0,
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
     "id": "obj-33",
     "maxclass": "number",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "bang"
     ],
     "patching_rect": [
      1455.0,
      127.5,
      60.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      555.0,
      261.0,
      45.0,
      22.5
     ],
     "minimum": 0,
     "maximum": 64
    }
   },
   {
    "box": {
     "id": "obj-34",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "bang",
      ""
     ],
     "patching_rect": [
      1455.0,
      165.0,
      43.0,
      22.0
     ],
     "text": "sel 0"
    }
   },
   {
    "box": {
     "id": "obj-35",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1455.0,
      202.5,
      68.0,
      22.0
     ],
     "text": "step auto"
    }
   },
   {
    "box": {
     "id": "obj-36",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1552.5,
      202.5,
      88.0,
      22.0
     ],
     "text": "prepend step"
    }
   },
   {
    "box": {
     "id": "obj-37",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1575.0,
      243.0,
      54.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      609.0,
      262.5,
      54.0,
      21.0
     ],
     "text": "latency",
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
     "id": "obj-38",
     "maxclass": "number",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "bang"
     ],
     "patching_rect": [
      1575.0,
      267.0,
      75.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      664.5,
      261.0,
      64.5,
      22.5
     ],
     "minimum": 0,
     "maximum": 192000
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
      1575.0,
      306.0,
      104.0,
      22.0
     ],
     "text": "prepend latency"
    }
   },
   {
    "box": {
     "id": "obj-40",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      997.5,
      79.5,
      420.0,
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
     "id": "obj-41",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1005.0,
      105.0,
      101.0,
      22.0
     ],
     "text": "loadmess set 1"
    }
   },
   {
    "box": {
     "id": "obj-42",
     "maxclass": "newobj",
     "numinlets": 4,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1005.0,
      183.0,
      241.0,
      22.0
     ],
     "text": "pak 1 1 1 1"
    }
   },
   {
    "box": {
     "id": "obj-43",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 3,
     "outlettype": [
      "bang",
      "",
      "bang"
     ],
     "patching_rect": [
      1005.0,
      216.0,
      361.0,
      22.0
     ],
     "text": "t b l b"
    }
   },
   {
    "box": {
     "id": "obj-44",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1341.0,
      249.00000000000003,
      71.0,
      22.0
     ],
     "text": "set stems"
    }
   },
   {
    "box": {
     "id": "obj-45",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 4,
     "outlettype": [
      "int",
      "int",
      "int",
      "int"
     ],
     "patching_rect": [
      1026.0,
      249.00000000000003,
      308.5,
      22.0
     ],
     "text": "unpack 0 0 0 0"
    }
   },
   {
    "box": {
     "id": "obj-46",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1005.0,
      345.0,
      180.0,
      22.0
     ],
     "text": "stems"
    }
   },
   {
    "box": {
     "id": "obj-47",
     "maxclass": "toggle",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1005.0,
      147.0,
      24.0,
      24.0
     ],
     "presentation": 1,
     "presentation_rect": [
      180.0,
      112.5,
      25.5,
      25.5
     ]
    }
   },
   {
    "box": {
     "id": "obj-48",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1030.5,
      148.5,
      46.5,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      172.5,
      88.5,
      46.5,
      21.0
     ],
     "text": "bass",
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
     "id": "obj-49",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "bang",
      ""
     ],
     "patching_rect": [
      1026.0,
      279.0,
      43.0,
      22.0
     ],
     "text": "sel 1"
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
      1026.0,
      309.0,
      87.0,
      22.0
     ],
     "text": "append bass"
    }
   },
   {
    "box": {
     "id": "obj-51",
     "maxclass": "toggle",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1080.0,
      147.0,
      24.0,
      24.0
     ],
     "presentation": 1,
     "presentation_rect": [
      247.5,
      112.5,
      25.5,
      25.5
     ]
    }
   },
   {
    "box": {
     "id": "obj-52",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1105.5,
      148.5,
      46.5,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      240.0,
      88.5,
      46.5,
      21.0
     ],
     "text": "drums",
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
     "id": "obj-53",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "bang",
      ""
     ],
     "patching_rect": [
      1123.5,
      279.0,
      43.0,
      22.0
     ],
     "text": "sel 1"
    }
   },
   {
    "box": {
     "id": "obj-54",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1123.5,
      309.0,
      94.0,
      22.0
     ],
     "text": "append drums"
    }
   },
   {
    "box": {
     "id": "obj-55",
     "maxclass": "toggle",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1155.0,
      147.0,
      24.0,
      24.0
     ],
     "presentation": 1,
     "presentation_rect": [
      315.0,
      112.5,
      25.5,
      25.5
     ]
    }
   },
   {
    "box": {
     "id": "obj-56",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1180.5,
      148.5,
      46.5,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      307.5,
      88.5,
      46.5,
      21.0
     ],
     "text": "guitar",
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
     "id": "obj-57",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "bang",
      ""
     ],
     "patching_rect": [
      1221.0,
      279.0,
      43.0,
      22.0
     ],
     "text": "sel 1"
    }
   },
   {
    "box": {
     "id": "obj-58",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1221.0,
      309.0,
      91.0,
      22.0
     ],
     "text": "append guitar"
    }
   },
   {
    "box": {
     "id": "obj-59",
     "maxclass": "toggle",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1230.0,
      147.0,
      24.0,
      24.0
     ],
     "presentation": 1,
     "presentation_rect": [
      382.5,
      112.5,
      25.5,
      25.5
     ]
    }
   },
   {
    "box": {
     "id": "obj-60",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1255.5,
      148.5,
      46.5,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      375.0,
      88.5,
      46.5,
      21.0
     ],
     "text": "piano",
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
     "id": "obj-61",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "bang",
      ""
     ],
     "patching_rect": [
      1318.5,
      279.0,
      43.0,
      22.0
     ],
     "text": "sel 1"
    }
   },
   {
    "box": {
     "id": "obj-62",
     "maxclass": "message",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1318.5,
      309.0,
      90.0,
      22.0
     ],
     "text": "append piano"
    }
   },
   {
    "box": {
     "id": "obj-63",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      45.0,
      457.5,
      480.0,
      22.0
     ],
     "text": "What you hear",
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
     "id": "obj-64",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      426.0,
      483.00000000000006,
      93.0,
      22.0
     ],
     "text": "loadmess 128"
    }
   },
   {
    "box": {
     "id": "obj-65",
     "maxclass": "gain~",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "signal",
      ""
     ],
     "patching_rect": [
      30.0,
      532.5,
      24.0,
      105.0
     ],
     "presentation": 1,
     "presentation_rect": [
      172.5,
      150.0,
      25.5,
      168.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-66",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      57.0,
      570.0,
      52.5,
      19.0
     ],
     "text": "bass",
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
     "id": "obj-67",
     "maxclass": "meter~",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "float"
     ],
     "patching_rect": [
      75.0,
      667.5,
      15.0,
      60.0
     ],
     "presentation": 1,
     "presentation_rect": [
      202.5,
      150.0,
      12.0,
      168.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-68",
     "maxclass": "gain~",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "signal",
      ""
     ],
     "patching_rect": [
      135.0,
      532.5,
      24.0,
      105.0
     ],
     "presentation": 1,
     "presentation_rect": [
      240.0,
      150.0,
      25.5,
      168.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-69",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      162.0,
      570.0,
      52.5,
      19.0
     ],
     "text": "drums",
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
     "id": "obj-70",
     "maxclass": "meter~",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "float"
     ],
     "patching_rect": [
      180.0,
      667.5,
      15.0,
      60.0
     ],
     "presentation": 1,
     "presentation_rect": [
      270.0,
      150.0,
      12.0,
      168.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-71",
     "maxclass": "gain~",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "signal",
      ""
     ],
     "patching_rect": [
      240.0,
      532.5,
      24.0,
      105.0
     ],
     "presentation": 1,
     "presentation_rect": [
      307.5,
      150.0,
      25.5,
      168.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-72",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      267.0,
      570.0,
      52.5,
      19.0
     ],
     "text": "guitar",
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
     "id": "obj-73",
     "maxclass": "meter~",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "float"
     ],
     "patching_rect": [
      285.0,
      667.5,
      15.0,
      60.0
     ],
     "presentation": 1,
     "presentation_rect": [
      337.5,
      150.0,
      12.0,
      168.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-74",
     "maxclass": "gain~",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "signal",
      ""
     ],
     "patching_rect": [
      345.0,
      532.5,
      24.0,
      105.0
     ],
     "presentation": 1,
     "presentation_rect": [
      375.0,
      150.0,
      25.5,
      168.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-75",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      372.0,
      570.0,
      52.5,
      19.0
     ],
     "text": "piano",
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
     "id": "obj-76",
     "maxclass": "meter~",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "float"
     ],
     "patching_rect": [
      390.0,
      667.5,
      15.0,
      60.0
     ],
     "presentation": 1,
     "presentation_rect": [
      405.0,
      150.0,
      12.0,
      168.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-77",
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
     "id": "obj-78",
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
     "id": "obj-79",
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
     "id": "obj-80",
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
      427.5,
      438.0,
      300.0,
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
     "id": "obj-81",
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
     "id": "obj-82",
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
      429.0,
      463.5,
      99.0,
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
     "id": "obj-83",
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
     "id": "obj-84",
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
      540.0,
      462.0,
      25.5,
      25.5
     ]
    }
   },
   {
    "box": {
     "id": "obj-85",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      394.5,
      846.0,
      141.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      570.0,
      465.0,
      141.0,
      21.0
     ],
     "text": "record: you left, band right",
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
     "id": "obj-86",
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
      705.0,
      22.5
     ],
     "text": "What it tells",
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
     "id": "obj-87",
     "maxclass": "newobj",
     "numinlets": 7,
     "numoutlets": 7,
     "outlettype": [
      "",
      "",
      "",
      "",
      "",
      "",
      ""
     ],
     "patching_rect": [
      585.0,
      495.0,
      826.0,
      22.0
     ],
     "text": "route engine text lead ahead spare state"
    }
   },
   {
    "box": {
     "id": "obj-88",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      585.0,
      540.0,
      81.0,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-89",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      585.0,
      577.5,
      120.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      532.5,
      291.0,
      187.5,
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
     "id": "obj-90",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      720.0,
      540.0,
      81.0,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-91",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      720.0,
      577.5,
      120.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      22.5,
      375.0,
      705.0,
      39.0
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
     "id": "obj-92",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1342.5,
      540.0,
      81.0,
      22.0
     ],
     "text": "prepend set"
    }
   },
   {
    "box": {
     "id": "obj-93",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1342.5,
      577.5,
      75.0,
      20.0
     ],
     "presentation": 1,
     "presentation_rect": [
      546.0,
      18.0,
      189.0,
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
     "id": "obj-94",
     "maxclass": "number",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "bang"
     ],
     "patching_rect": [
      855.0,
      540.0,
      60.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      678.0,
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
     "id": "obj-95",
     "maxclass": "number",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "bang"
     ],
     "patching_rect": [
      990.0,
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
     "id": "obj-96",
     "maxclass": "number",
     "numinlets": 1,
     "numoutlets": 2,
     "outlettype": [
      "",
      "bang"
     ],
     "patching_rect": [
      1125.0,
      540.0,
      75.0,
      22.0
     ],
     "presentation": 1,
     "presentation_rect": [
      622.5,
      187.5,
      60.0,
      22.5
     ],
     "ignoreclick": 1,
     "triangle": 0,
     "fontsize": 12.0
    }
   },
   {
    "box": {
     "id": "obj-97",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 2,
     "outlettype": [
      "bang",
      ""
     ],
     "patching_rect": [
      1260.0,
      540.0,
      76.0,
      22.0
     ],
     "text": "sel playing"
    }
   },
   {
    "box": {
     "id": "obj-98",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1260.0,
      577.5,
      32.0,
      22.0
     ],
     "text": "t 1"
    }
   },
   {
    "box": {
     "id": "obj-99",
     "maxclass": "newobj",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1302.0,
      577.5,
      32.0,
      22.0
     ],
     "text": "t 0"
    }
   },
   {
    "box": {
     "id": "obj-100",
     "maxclass": "led",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1260.0,
      615.0,
      24.0,
      24.0
     ],
     "presentation": 1,
     "presentation_rect": [
      510.0,
      16.5,
      25.5,
      25.5
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
     "id": "obj-101",
     "maxclass": "slider",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      ""
     ],
     "patching_rect": [
      1125.0,
      577.5,
      120.0,
      19.5
     ],
     "presentation": 1,
     "presentation_rect": [
      465.0,
      216.0,
      255.0,
      19.5
     ],
     "orientation": 1,
     "min": -50.0,
     "size": 201.0,
     "ignoreclick": 1
    }
   },
   {
    "box": {
     "id": "obj-102",
     "maxclass": "newobj",
     "numinlets": 2,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1125.0,
      607.5,
      35.0,
      22.0
     ],
     "text": "< 0"
    }
   },
   {
    "box": {
     "id": "obj-103",
     "maxclass": "led",
     "numinlets": 1,
     "numoutlets": 1,
     "outlettype": [
      "int"
     ],
     "patching_rect": [
      1125.0,
      640.5,
      24.0,
      24.0
     ],
     "presentation": 1,
     "presentation_rect": [
      699.0,
      186.0,
      25.5,
      25.5
     ],
     "oncolor": [
      0.8,
      0.21,
      0.18,
      1.0
     ]
    }
   },
   {
    "box": {
     "id": "obj-104",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      577.5,
      687.0,
      840.0,
      22.0
     ],
     "text": "Words of the performer's view",
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
     "id": "obj-105",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      585.0,
      720.0,
      63.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      672.0,
      103.5,
      63.0,
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
     "id": "obj-106",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      585.0,
      750.0,
      99.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      576.0,
      144.0,
      99.0,
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
     "id": "obj-107",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      585.0,
      780.0,
      120.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      465.0,
      189.0,
      120.0,
      21.0
     ],
     "text": "spare time in ms",
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
     "id": "obj-108",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      750.0,
      720.0,
      55.5,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      460.5,
      237.0,
      55.5,
      21.0
     ],
     "text": "late -50",
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
     "id": "obj-109",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      750.0,
      750.0,
      24.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      516.75,
      237.0,
      24.0,
      21.0
     ],
     "text": "0",
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
     "id": "obj-110",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      750.0,
      780.0,
      84.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      636.0,
      237.0,
      84.0,
      21.0
     ],
     "text": "150 early",
     "textjustification": 2,
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
     "id": "obj-111",
     "maxclass": "comment",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      915.0,
      720.0,
      60.0,
      19.0
     ],
     "presentation": 1,
     "presentation_rect": [
      465.0,
      292.5,
      60.0,
      21.0
     ],
     "text": "model",
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
     "id": "obj-112",
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
     "id": "obj-113",
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
     "id": "obj-114",
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
      15.0,
      433.5,
      390.0,
      63.0
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
     "id": "obj-115",
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
     "id": "obj-116",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      1440.0,
      75.0,
      255.0,
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
     "id": "obj-117",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      990.0,
      75.0,
      435.0,
      300.0
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
     "id": "obj-118",
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
     "id": "obj-119",
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
      420.0,
      433.5,
      315.0,
      63.0
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
     "id": "obj-120",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      570.0,
      457.5,
      855.0,
      213.0
     ],
     "presentation": 1,
     "presentation_rect": [
      15.0,
      345.0,
      720.0,
      76.5
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
     "id": "obj-121",
     "maxclass": "panel",
     "numinlets": 1,
     "numoutlets": 0,
     "patching_rect": [
      570.0,
      682.5,
      855.0,
      202.5
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
      "obj-9",
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
      "obj-10",
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
      "obj-11",
      0
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
      "obj-13",
      0
     ],
     "destination": [
      "obj-14",
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
      "obj-15",
      0
     ],
     "destination": [
      "obj-16",
      0
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
      623.0,
      397.5,
      38.0,
      397.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-27",
      0
     ],
     "destination": [
      "obj-28",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-28",
      0
     ],
     "destination": [
      "obj-29",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-28",
      1
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
      "obj-29",
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
      "obj-30",
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
      "obj-33",
      0
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
      "obj-34",
      0
     ],
     "destination": [
      "obj-35",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-34",
      1
     ],
     "destination": [
      "obj-36",
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
      "obj-39",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-35",
      0
     ],
     "destination": [
      "obj-3",
      0
     ],
     "midpoints": [
      1463.0,
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
      "obj-3",
      0
     ],
     "midpoints": [
      1560.5,
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
      1583.0,
      397.5,
      38.0,
      397.5
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-42",
      0
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
      2
     ],
     "destination": [
      "obj-44",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-43",
      1
     ],
     "destination": [
      "obj-45",
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
      "obj-46",
      0
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
      "obj-47",
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
      "obj-42",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-45",
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
      "obj-50",
      0
     ],
     "destination": [
      "obj-46",
      0
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
      "obj-51",
      0
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
      "obj-42",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-45",
      1
     ],
     "destination": [
      "obj-53",
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
      "obj-54",
      0
     ],
     "destination": [
      "obj-46",
      0
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
      "obj-55",
      0
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
      "obj-42",
      2
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-45",
      2
     ],
     "destination": [
      "obj-57",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-57",
      0
     ],
     "destination": [
      "obj-58",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-58",
      0
     ],
     "destination": [
      "obj-46",
      0
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
      "obj-59",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-59",
      0
     ],
     "destination": [
      "obj-42",
      3
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-45",
      3
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
      "obj-46",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-44",
      0
     ],
     "destination": [
      "obj-46",
      0
     ],
     "midpoints": [
      1420.5,
      276.0,
      1420.5,
      339.0
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
      "obj-3",
      0
     ],
     "destination": [
      "obj-65",
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
      "obj-67",
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
      434.0,
      513.0,
      38.0,
      513.0
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
      "obj-77",
      0
     ],
     "midpoints": [
      38.0,
      744.0,
      38.0,
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
      "obj-68",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-68",
      0
     ],
     "destination": [
      "obj-70",
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
      "obj-68",
      0
     ],
     "midpoints": [
      434.0,
      513.0,
      143.0,
      513.0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-68",
      0
     ],
     "destination": [
      "obj-77",
      0
     ],
     "midpoints": [
      143.0,
      744.0,
      38.0,
      744.0
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
      "obj-73",
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
      "obj-71",
      0
     ],
     "midpoints": [
      434.0,
      513.0,
      248.0,
      513.0
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
      "obj-77",
      0
     ],
     "midpoints": [
      248.0,
      744.0,
      38.0,
      744.0
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
      "obj-74",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-74",
      0
     ],
     "destination": [
      "obj-76",
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
      "obj-74",
      0
     ],
     "midpoints": [
      434.0,
      513.0,
      353.0,
      513.0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-74",
      0
     ],
     "destination": [
      "obj-77",
      0
     ],
     "midpoints": [
      353.0,
      744.0,
      38.0,
      744.0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-77",
      0
     ],
     "destination": [
      "obj-78",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-77",
      0
     ],
     "destination": [
      "obj-78",
      1
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-82",
      0
     ],
     "destination": [
      "obj-83",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-83",
      0
     ],
     "destination": [
      "obj-81",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-84",
      0
     ],
     "destination": [
      "obj-81",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-77",
      0
     ],
     "destination": [
      "obj-81",
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
      "obj-81",
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
      "obj-87",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-87",
      0
     ],
     "destination": [
      "obj-88",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-88",
      0
     ],
     "destination": [
      "obj-89",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-87",
      1
     ],
     "destination": [
      "obj-90",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-90",
      0
     ],
     "destination": [
      "obj-91",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-87",
      5
     ],
     "destination": [
      "obj-92",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-92",
      0
     ],
     "destination": [
      "obj-93",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-87",
      2
     ],
     "destination": [
      "obj-94",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-87",
      3
     ],
     "destination": [
      "obj-95",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-87",
      4
     ],
     "destination": [
      "obj-96",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-87",
      5
     ],
     "destination": [
      "obj-97",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-97",
      0
     ],
     "destination": [
      "obj-98",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-98",
      0
     ],
     "destination": [
      "obj-100",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-97",
      1
     ],
     "destination": [
      "obj-99",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-99",
      0
     ],
     "destination": [
      "obj-100",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-96",
      0
     ],
     "destination": [
      "obj-101",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-101",
      0
     ],
     "destination": [
      "obj-102",
      0
     ]
    }
   },
   {
    "patchline": {
     "source": [
      "obj-102",
      0
     ],
     "destination": [
      "obj-103",
      0
     ]
    }
   }
  ]
 }
}
