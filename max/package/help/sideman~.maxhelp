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
   870.0,
   630.0
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
  "showrootpatcherontab": 0,
  "showontab": 0,
  "boxes": [
   {
    "box": {
     "id": "obj-1",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 0,
     "patching_rect": [
      15.0,
      30.0,
      50.0,
      22.0
     ],
     "text": "p play",
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
       0.0,
       26.0,
       870,
       630
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
      "showontab": 1,
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
         "text": "sideman~",
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
         "text": "A trained model plays along with you, live. It runs in sideman serve.",
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
         "text": "1  Start a server",
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
          102.0,
          825.0,
          20.0
         ],
         "text": "In a terminal, on this machine:  sideman serve BUNDLE   (a bundle is a folder with a model; the README of this package tells how to get one)",
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
          22.5,
          154.5,
          825.0,
          22.0
         ],
         "text": "2  Turn audio on, press start, and play",
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
         "id": "obj-6",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          201.0,
          90.0,
          19.0
         ],
         "text": "what you play",
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
         "id": "obj-7",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          225.0,
          55.0,
          22.0
         ],
         "text": "adc~ 1"
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
          ""
         ],
         "patching_rect": [
          30.0,
          315.0,
          316.0,
          22.0
         ],
         "text": "sideman~ bass"
        }
       },
       {
        "box": {
         "id": "obj-9",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          135.0,
          189.0,
          90.0,
          32.0
         ],
         "text": "Ask for the server and play",
         "linecount": 2,
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
         "id": "obj-10",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          135.0,
          225.0,
          41.0,
          22.0
         ],
         "text": "start"
        }
       },
       {
        "box": {
         "id": "obj-11",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          232.5,
          189.0,
          90.0,
          32.0
         ],
         "text": "Leave the server",
         "linecount": 2,
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
          232.5,
          225.0,
          40.0,
          22.0
         ],
         "text": "stop"
        }
       },
       {
        "box": {
         "id": "obj-13",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          330.0,
          189.0,
          90.0,
          32.0
         ],
         "text": "Let the model forget",
         "linecount": 2,
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
          330.0,
          225.0,
          44.0,
          22.0
         ],
         "text": "reset"
        }
       },
       {
        "box": {
         "id": "obj-15",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          427.5,
          189.0,
          90.0,
          32.0
         ],
         "text": "Say how it goes",
         "linecount": 2,
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
          427.5,
          225.0,
          51.0,
          22.0
         ],
         "text": "status"
        }
       },
       {
        "box": {
         "id": "obj-17",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          525.0,
          189.0,
          90.0,
          19.0
         ],
         "text": "Silence at once",
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
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          525.0,
          225.0,
          46.0,
          22.0
         ],
         "text": "panic"
        }
       },
       {
        "box": {
         "id": "obj-19",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          645.0,
          201.0,
          150.0,
          19.0
         ],
         "text": "attributes",
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
         "id": "obj-20",
         "maxclass": "attrui",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          645.0,
          225.0,
          150.0,
          22.0
         ],
         "attr": "gain"
        }
       },
       {
        "box": {
         "id": "obj-21",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          798.0,
          226.5,
          54.0,
          19.0
         ],
         "text": "Gain",
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
         "id": "obj-22",
         "maxclass": "attrui",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          645.0,
          255.0,
          150.0,
          22.0
         ],
         "attr": "bypass"
        }
       },
       {
        "box": {
         "id": "obj-23",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          798.0,
          256.5,
          54.0,
          32.0
         ],
         "text": "Mute the stems",
         "linecount": 2,
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
         "id": "obj-24",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          180.0,
          349.5,
          93.0,
          22.0
         ],
         "text": "loadmess 128"
        }
       },
       {
        "box": {
         "id": "obj-25",
         "maxclass": "gain~",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "signal",
          ""
         ],
         "patching_rect": [
          30.0,
          390.0,
          120.0,
          22.5
         ],
         "orientation": 1
        }
       },
       {
        "box": {
         "id": "obj-26",
         "maxclass": "ezdac~",
         "numinlets": 2,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          450.0,
          45.0,
          45.0
         ]
        }
       },
       {
        "box": {
         "id": "obj-27",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          154.5,
          393.0,
          135.0,
          19.0
         ],
         "text": "how loud the bass is",
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
          82.5,
          465.0,
          135.0,
          19.0
         ],
         "text": "audio on and off",
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
         "numinlets": 3,
         "numoutlets": 3,
         "outlettype": [
          "",
          "",
          ""
         ],
         "patching_rect": [
          330.0,
          360.0,
          196.0,
          22.0
         ],
         "text": "route state text"
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
          420.0,
          394.5,
          81.0,
          22.0
         ],
         "text": "prepend set"
        }
       },
       {
        "box": {
         "id": "obj-31",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          420.0,
          429.0,
          210.0,
          20.0
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
         "id": "obj-32",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          636.0,
          429.0,
          204.00000000000003,
          49.0
         ],
         "text": "text: Why it does not play, or the newest warning or error; empty where all is well.",
         "linecount": 3,
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
         "id": "obj-33",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          330.0,
          394.5,
          81.0,
          22.0
         ],
         "text": "prepend set"
        }
       },
       {
        "box": {
         "id": "obj-34",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          330.0,
          484.0,
          135.0,
          20.0
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
         "id": "obj-35",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          471.0,
          484.0,
          369.0,
          20.0
         ],
         "text": "state: stopped, connecting or playing.",
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
         "id": "obj-36",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          330.0,
          555.0,
          510.0,
          32.0
         ],
         "text": "Sound leaves from an outlet for each stem, messages leave from the last one. After panic, start lets you hear the band again.",
         "linecount": 2,
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
         "id": "obj-37",
         "maxclass": "panel",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          15.0,
          75.0,
          840.0,
          60.0
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
         "id": "obj-38",
         "maxclass": "panel",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          15.0,
          150.0,
          840.0,
          465.0
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
          "obj-7",
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
          "obj-10",
          0
         ],
         "destination": [
          "obj-8",
          0
         ],
         "midpoints": [
          143.0,
          291.0,
          38.0,
          291.0
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
          "obj-8",
          0
         ],
         "midpoints": [
          240.5,
          291.0,
          38.0,
          291.0
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
          "obj-8",
          0
         ],
         "midpoints": [
          338.0,
          291.0,
          38.0,
          291.0
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
          "obj-8",
          0
         ],
         "midpoints": [
          435.5,
          291.0,
          38.0,
          291.0
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
          "obj-8",
          0
         ],
         "midpoints": [
          533.0,
          291.0,
          38.0,
          291.0
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
          "obj-8",
          0
         ],
         "midpoints": [
          636.0,
          252.0,
          636.0,
          291.0,
          37.949999999999996,
          291.0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-22",
          0
         ],
         "destination": [
          "obj-8",
          0
         ],
         "midpoints": [
          653.0,
          291.0,
          38.0,
          291.0
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
          "obj-25",
          0
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
          "obj-26",
          0
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
          "obj-26",
          1
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
         ],
         "midpoints": [
          188.0,
          381.0,
          38.0,
          381.0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-8",
          1
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
          "obj-29",
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
          "obj-29",
          0
         ],
         "destination": [
          "obj-33",
          0
         ]
        }
       }
      ]
     },
     "saved_object_attributes": {
      "locked_bgcolor": [
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
      ]
     }
    }
   },
   {
    "box": {
     "id": "obj-2",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 0,
     "patching_rect": [
      150.0,
      30.0,
      118.0,
      22.0
     ],
     "text": "p \"several stems\"",
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
       0.0,
       26.0,
       870,
       630
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
      "showontab": 1,
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
         "text": "sideman~",
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
         "text": "One object plays as many instruments as it has names.",
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
         "text": "Names make outlets",
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
          102.0,
          825.0,
          35.0
         ],
         "text": "Write the names of the stems into the object: each gets an outlet, from the left, and the last outlet sends messages. The names are those of the server's model; the output known lists them, and so does  sideman inspect BUNDLE  in a terminal.",
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
         "id": "obj-5",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          22.5,
          169.5,
          825.0,
          22.0
         ],
         "text": "Stems come and go while you play",
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
         "id": "obj-6",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          225.0,
          55.0,
          22.0
         ],
         "text": "adc~ 1"
        }
       },
       {
        "box": {
         "id": "obj-7",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          201.0,
          90.0,
          19.0
         ],
         "text": "what you play",
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
          300.0,
          436.0,
          22.0
         ],
         "text": "sideman~ bass drums guitar piano"
        }
       },
       {
        "box": {
         "id": "obj-9",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          135.0,
          201.0,
          90.0,
          19.0
         ],
         "text": "all of them",
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
         "id": "obj-10",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          135.0,
          225.0,
          187.0,
          22.0
         ],
         "text": "stems bass drums guitar piano"
        }
       },
       {
        "box": {
         "id": "obj-11",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          337.0,
          201.0,
          90.0,
          19.0
         ],
         "text": "two of them",
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
          337.0,
          225.0,
          119.0,
          22.0
         ],
         "text": "stems bass drums"
        }
       },
       {
        "box": {
         "id": "obj-13",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          471.00000000000006,
          201.0,
          90.0,
          19.0
         ],
         "text": "one",
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
          471.00000000000006,
          225.0,
          84.0,
          22.0
         ],
         "text": "stems piano"
        }
       },
       {
        "box": {
         "id": "obj-15",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          570.0,
          201.0,
          90.0,
          19.0
         ],
         "text": "none",
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
          570.0,
          225.0,
          50.0,
          22.0
         ],
         "text": "stems"
        }
       },
       {
        "box": {
         "id": "obj-17",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          660.0,
          201.0,
          90.0,
          19.0
         ],
         "text": "begin",
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
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          660.0,
          225.0,
          41.0,
          22.0
         ],
         "text": "start"
        }
       },
       {
        "box": {
         "id": "obj-19",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          750.0,
          201.0,
          90.0,
          19.0
         ],
         "text": "say how it goes",
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
         "id": "obj-20",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          750.0,
          225.0,
          51.0,
          22.0
         ],
         "text": "status"
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
          495.0,
          300.0,
          93.0,
          22.0
         ],
         "text": "loadmess 128"
        }
       },
       {
        "box": {
         "id": "obj-22",
         "maxclass": "gain~",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "signal",
          ""
         ],
         "patching_rect": [
          30.0,
          405.0,
          82.5,
          22.5
         ],
         "orientation": 1
        }
       },
       {
        "box": {
         "id": "obj-23",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          42.0,
          379.5,
          75.0,
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
         "id": "obj-24",
         "maxclass": "gain~",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "signal",
          ""
         ],
         "patching_rect": [
          135.0,
          405.0,
          82.5,
          22.5
         ],
         "orientation": 1
        }
       },
       {
        "box": {
         "id": "obj-25",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          147.0,
          379.5,
          75.0,
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
         "id": "obj-26",
         "maxclass": "gain~",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "signal",
          ""
         ],
         "patching_rect": [
          240.0,
          405.0,
          82.5,
          22.5
         ],
         "orientation": 1
        }
       },
       {
        "box": {
         "id": "obj-27",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          252.0,
          379.5,
          75.0,
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
         "id": "obj-28",
         "maxclass": "gain~",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "signal",
          ""
         ],
         "patching_rect": [
          345.0,
          405.0,
          82.5,
          22.5
         ],
         "orientation": 1
        }
       },
       {
        "box": {
         "id": "obj-29",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          357.0,
          379.5,
          75.0,
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
         "id": "obj-30",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          465.0,
          51.0,
          22.0
         ],
         "text": "*~ 0.5"
        }
       },
       {
        "box": {
         "id": "obj-31",
         "maxclass": "ezdac~",
         "numinlets": 2,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          510.0,
          45.0,
          45.0
         ]
        }
       },
       {
        "box": {
         "id": "obj-32",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          82.5,
          514.5,
          90.0,
          32.0
         ],
         "text": "audio on\nand off",
         "linecount": 2,
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
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          510.0,
          379.5,
          330.0,
          46.0
         ],
         "text": "Those of the object's stems that play now; all of them at first. Each has an outlet of its own, named by the object's arguments. Stems come and go at the next boundary of a step.",
         "linecount": 3,
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
         "id": "obj-34",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 2,
         "outlettype": [
          "",
          ""
         ],
         "patching_rect": [
          450.0,
          480.0,
          106.0,
          22.0
         ],
         "text": "route known"
        }
       },
       {
        "box": {
         "id": "obj-35",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          450.0,
          514.5,
          81.0,
          22.0
         ],
         "text": "prepend set"
        }
       },
       {
        "box": {
         "id": "obj-36",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          450.0,
          549.0,
          135.0,
          20.0
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
         "id": "obj-37",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          591.0,
          549.0,
          249.00000000000003,
          35.0
         ],
         "text": "known: All stems that the server's model can play.",
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
         "id": "obj-38",
         "maxclass": "panel",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          15.0,
          75.0,
          840.0,
          75.0
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
         "id": "obj-39",
         "maxclass": "panel",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          15.0,
          165.0,
          840.0,
          450.0
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
          "obj-10",
          0
         ],
         "destination": [
          "obj-8",
          0
         ],
         "midpoints": [
          143.0,
          279.0,
          38.0,
          279.0
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
          "obj-8",
          0
         ],
         "midpoints": [
          345.0,
          279.0,
          38.0,
          279.0
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
          "obj-8",
          0
         ],
         "midpoints": [
          479.00000000000006,
          279.0,
          38.0,
          279.0
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
          "obj-8",
          0
         ],
         "midpoints": [
          578.0,
          279.0,
          38.0,
          279.0
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
          "obj-8",
          0
         ],
         "midpoints": [
          668.0,
          279.0,
          38.0,
          279.0
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
          "obj-8",
          0
         ],
         "midpoints": [
          758.0,
          279.0,
          38.0,
          279.0
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
          "obj-22",
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
          "obj-22",
          0
         ],
         "midpoints": [
          503.0,
          345.0,
          38.0,
          345.0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-22",
          0
         ],
         "destination": [
          "obj-30",
          0
         ],
         "midpoints": [
          38.0,
          444.0,
          38.0,
          444.0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-8",
          1
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
          "obj-21",
          0
         ],
         "destination": [
          "obj-24",
          0
         ],
         "midpoints": [
          503.0,
          345.0,
          143.0,
          345.0
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
          "obj-30",
          0
         ],
         "midpoints": [
          143.0,
          444.0,
          38.0,
          444.0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-8",
          2
         ],
         "destination": [
          "obj-26",
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
          "obj-26",
          0
         ],
         "midpoints": [
          503.0,
          345.0,
          248.0,
          345.0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-26",
          0
         ],
         "destination": [
          "obj-30",
          0
         ],
         "midpoints": [
          248.0,
          444.0,
          38.0,
          444.0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-8",
          3
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
          "obj-21",
          0
         ],
         "destination": [
          "obj-28",
          0
         ],
         "midpoints": [
          503.0,
          345.0,
          353.0,
          345.0
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
          "obj-30",
          0
         ],
         "midpoints": [
          353.0,
          444.0,
          38.0,
          444.0
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
          "obj-30",
          0
         ],
         "destination": [
          "obj-31",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-8",
          4
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
          "obj-35",
          0
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
          "obj-34",
          0
         ],
         "destination": [
          "obj-35",
          0
         ]
        }
       }
      ]
     },
     "saved_object_attributes": {
      "locked_bgcolor": [
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
      ]
     }
    }
   },
   {
    "box": {
     "id": "obj-3",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 0,
     "patching_rect": [
      285.0,
      30.0,
      87.0,
      22.0
     ],
     "text": "p look-ahead",
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
       0.0,
       26.0,
       870,
       630
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
      "showontab": 1,
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
         "text": "sideman~",
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
         "text": "The band must foresee a little. The less, the closer it follows you.",
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
         "text": "Left alone, it is as small as server and network allow",
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
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          135.0,
          55.0,
          22.0
         ],
         "text": "adc~ 1"
        }
       },
       {
        "box": {
         "id": "obj-5",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          111.0,
          90.0,
          19.0
         ],
         "text": "what you play",
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
         "id": "obj-6",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "signal",
          ""
         ],
         "patching_rect": [
          30.0,
          195.0,
          226.0,
          22.0
         ],
         "text": "sideman~ bass"
        }
       },
       {
        "box": {
         "id": "obj-7",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          120.0,
          111.0,
          142.5,
          19.0
         ],
         "text": "Look-ahead in columns",
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
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          120.0,
          135.0,
          67.0,
          22.0
         ],
         "text": "lead auto"
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
          194.5,
          135.0,
          50.0,
          22.0
         ],
         "text": "lead 4"
        }
       },
       {
        "box": {
         "id": "obj-10",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          270.0,
          111.0,
          142.5,
          19.0
         ],
         "text": "Step in columns",
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
         "id": "obj-11",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          270.0,
          135.0,
          68.0,
          22.0
         ],
         "text": "step auto"
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
          345.5,
          135.0,
          51.0,
          22.0
         ],
         "text": "step 4"
        }
       },
       {
        "box": {
         "id": "obj-13",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          420.0,
          111.0,
          142.5,
          19.0
         ],
         "text": "Safety of auto",
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
          420.0,
          135.0,
          81.0,
          22.0
         ],
         "text": "margin tight"
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
          508.5,
          135.0,
          94.0,
          22.0
         ],
         "text": "margin normal"
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
          610.0,
          135.0,
          81.0,
          22.0
         ],
         "text": "margin safe"
        }
       },
       {
        "box": {
         "id": "obj-17",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          697.5,
          111.0,
          142.5,
          19.0
         ],
         "text": "Latency of the sound card",
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
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          697.5,
          135.0,
          80.0,
          22.0
         ],
         "text": "latency 512"
        }
       },
       {
        "box": {
         "id": "obj-19",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          240.0,
          51.0,
          22.0
         ],
         "text": "*~ 0.5"
        }
       },
       {
        "box": {
         "id": "obj-20",
         "maxclass": "ezdac~",
         "numinlets": 2,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          285.0,
          45.0,
          45.0
         ]
        }
       },
       {
        "box": {
         "id": "obj-21",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          82.5,
          289.5,
          90.0,
          32.0
         ],
         "text": "audio on\nand off",
         "linecount": 2,
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
         "id": "obj-22",
         "maxclass": "newobj",
         "numinlets": 6,
         "numoutlets": 6,
         "outlettype": [
          "",
          "",
          "",
          "",
          "",
          ""
         ],
         "patching_rect": [
          240.0,
          240.0,
          466.0,
          22.0
         ],
         "text": "route lead step advised ahead spare"
        }
       },
       {
        "box": {
         "id": "obj-23",
         "maxclass": "flonum",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          600.0,
          282.0,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-24",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          673.5,
          282.0,
          166.50000000000003,
          78.0
         ],
         "text": "spare: Milliseconds between the arrival of stems and their playing, of which 1 % was shorter; below 0 they came too late.",
         "linecount": 5,
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
         "id": "obj-25",
         "maxclass": "flonum",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          510.0,
          366.00000000000006,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-26",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          583.5,
          366.00000000000006,
          256.5,
          35.0
         ],
         "text": "ahead: Milliseconds that the band plays ahead of what it knows.",
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
         "id": "obj-27",
         "maxclass": "number",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          420.0,
          407.00000000000006,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-28",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          493.5,
          407.00000000000006,
          346.5,
          35.0
         ],
         "text": "advised: The smallest lead that would suffice, as the server thinks; 0 before it knows.",
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
         "id": "obj-29",
         "maxclass": "number",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          330.0,
          448.00000000000006,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-30",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          403.5,
          448.00000000000006,
          436.5,
          20.0
         ],
         "text": "step: The step in columns that is really used.",
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
         "id": "obj-31",
         "maxclass": "number",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          240.0,
          476.00000000000006,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-32",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          313.5,
          476.00000000000006,
          526.5,
          20.0
         ],
         "text": "lead: The lead in columns that is really used.",
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
         "id": "obj-33",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          528.0,
          195.0,
          72.0
         ],
         "text": "lead: How far ahead of what it knows the band plays, in columns of 93 ms; auto follows what the server advises. Less is closer to you and needs a faster server.",
         "linecount": 5,
         "fontsize": 11.0,
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
         "id": "obj-34",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          237.0,
          528.0,
          195.0,
          59.0
         ],
         "text": "step: How much the model plays at a time, in columns of 93 ms; auto leaves it to the server. Small steps react sooner and cost more cycles.",
         "linecount": 4,
         "fontsize": 11.0,
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
         "id": "obj-35",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          444.0,
          528.0,
          195.0,
          46.0
         ],
         "text": "margin: tight, normal or safe: how much earlier than needed stems are to come (5, 20 or 60 ms).",
         "linecount": 3,
         "fontsize": 11.0,
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
         "id": "obj-36",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          651.0000000000001,
          528.0,
          195.0,
          59.0
         ],
         "text": "latency: Samples from a sound's arrival at the sound card until what is played with it leaves. Stems are read so much ahead.",
         "linecount": 4,
         "fontsize": 11.0,
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
         "id": "obj-37",
         "maxclass": "panel",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          15.0,
          75.0,
          840.0,
          540.0
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
          "obj-4",
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
          "obj-8",
          0
         ],
         "destination": [
          "obj-6",
          0
         ],
         "midpoints": [
          128.0,
          177.0,
          38.0,
          177.0
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
          "obj-6",
          0
         ],
         "midpoints": [
          202.5,
          177.0,
          38.0,
          177.0
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
          "obj-6",
          0
         ],
         "midpoints": [
          278.0,
          177.0,
          38.0,
          177.0
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
          "obj-6",
          0
         ],
         "midpoints": [
          353.5,
          177.0,
          38.0,
          177.0
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
          "obj-6",
          0
         ],
         "midpoints": [
          428.0,
          177.0,
          38.0,
          177.0
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
          "obj-6",
          0
         ],
         "midpoints": [
          516.5,
          177.0,
          38.0,
          177.0
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
          "obj-6",
          0
         ],
         "midpoints": [
          618.0,
          177.0,
          38.0,
          177.0
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
          "obj-6",
          0
         ],
         "midpoints": [
          705.5,
          177.0,
          38.0,
          177.0
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
          "obj-19",
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
          "obj-19",
          0
         ],
         "destination": [
          "obj-20",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-6",
          1
         ],
         "destination": [
          "obj-22",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-22",
          4
         ],
         "destination": [
          "obj-23",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-22",
          3
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
          "obj-22",
          2
         ],
         "destination": [
          "obj-27",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-22",
          1
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
          "obj-22",
          0
         ],
         "destination": [
          "obj-31",
          0
         ]
        }
       }
      ]
     },
     "saved_object_attributes": {
      "locked_bgcolor": [
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
      ]
     }
    }
   },
   {
    "box": {
     "id": "obj-4",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 0,
     "patching_rect": [
      420.0,
      30.0,
      116.0,
      22.0
     ],
     "text": "p \"remote server\"",
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
       0.0,
       26.0,
       870,
       630
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
      "showontab": 1,
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
         "text": "sideman~",
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
         "text": "The model may run on another machine, with a faster graphics card.",
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
         "text": "1  On the other machine",
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
          825.0,
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
         "id": "obj-5",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          22.5,
          129.0,
          825.0,
          35.0
         ],
         "text": "192.168.1.7 stands for the address of the machine that Max runs on; all others are ignored. If the other machine has a firewall, let UDP through to port 7000. Use a cable where you can: Wi-Fi holds packets back for tens of milliseconds.",
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
         "id": "obj-6",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          22.5,
          207.0,
          825.0,
          22.0
         ],
         "text": "2  Here",
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
         "id": "obj-7",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          285.0,
          55.0,
          22.0
         ],
         "text": "adc~ 1"
        }
       },
       {
        "box": {
         "id": "obj-8",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          261.0,
          90.0,
          19.0
         ],
         "text": "what you play",
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
         "id": "obj-9",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "signal",
          ""
         ],
         "patching_rect": [
          30.0,
          366.0,
          226.0,
          22.0
         ],
         "text": "sideman~ bass"
        }
       },
       {
        "box": {
         "id": "obj-10",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          135.0,
          252.0,
          135.0,
          32.0
         ],
         "text": "the other machine, by its address",
         "linecount": 2,
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
         "id": "obj-11",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          135.0,
          285.0,
          113.0,
          22.0
         ],
         "text": "host 192.168.1.20"
        }
       },
       {
        "box": {
         "id": "obj-12",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          277.5,
          252.0,
          135.0,
          19.0
         ],
         "text": "or by its name",
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
         "id": "obj-13",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          277.5,
          285.0,
          106.0,
          22.0
         ],
         "text": "host studio.local"
        }
       },
       {
        "box": {
         "id": "obj-14",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          420.0,
          252.0,
          135.0,
          19.0
         ],
         "text": "this machine again",
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
         "id": "obj-15",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          420.0,
          285.0,
          93.0,
          22.0
         ],
         "text": "host 127.0.0.1"
        }
       },
       {
        "box": {
         "id": "obj-16",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          562.5,
          252.0,
          135.0,
          19.0
         ],
         "text": "its port",
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
         "id": "obj-17",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          562.5,
          285.0,
          68.0,
          22.0
         ],
         "text": "port 7000"
        }
       },
       {
        "box": {
         "id": "obj-18",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          705.0,
          252.0,
          135.0,
          19.0
         ],
         "text": "begin",
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
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          705.0,
          285.0,
          41.0,
          22.0
         ],
         "text": "start"
        }
       },
       {
        "box": {
         "id": "obj-20",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          135.0,
          333.0,
          510.0,
          19.0
         ],
         "text": "Both may stand in the object too:  sideman~ bass @host 192.168.1.20 @port 7000",
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
         "id": "obj-21",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          405.0,
          51.0,
          22.0
         ],
         "text": "*~ 0.5"
        }
       },
       {
        "box": {
         "id": "obj-22",
         "maxclass": "ezdac~",
         "numinlets": 2,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          450.0,
          45.0,
          45.0
         ]
        }
       },
       {
        "box": {
         "id": "obj-23",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          82.5,
          454.5,
          90.0,
          32.0
         ],
         "text": "audio on\nand off",
         "linecount": 2,
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
         "id": "obj-24",
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
          240.0,
          405.0,
          286.0,
          22.0
         ],
         "text": "route state roundtrip engine"
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
          420.0,
          439.5,
          81.0,
          22.0
         ],
         "text": "prepend set"
        }
       },
       {
        "box": {
         "id": "obj-26",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          420.0,
          474.0,
          135.0,
          20.0
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
         "id": "obj-27",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          561.0,
          474.0,
          279.0,
          35.0
         ],
         "text": "engine: unknown, loading, ready or degraded, and percent of loading.",
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
         "id": "obj-28",
         "maxclass": "flonum",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          330.0,
          515.0,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-29",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          403.5,
          515.0,
          436.5,
          20.0
         ],
         "text": "roundtrip: Milliseconds of a sign of life to the server and back.",
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
         "id": "obj-30",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          240.0,
          439.5,
          81.0,
          22.0
         ],
         "text": "prepend set"
        }
       },
       {
        "box": {
         "id": "obj-31",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          240.0,
          543.0,
          135.0,
          20.0
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
         "id": "obj-32",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          381.0,
          543.0,
          459.0,
          20.0
         ],
         "text": "state: stopped, connecting or playing.",
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
         "id": "obj-33",
         "maxclass": "panel",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          15.0,
          75.0,
          840.0,
          112.5
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
         "id": "obj-34",
         "maxclass": "panel",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          15.0,
          202.5,
          840.0,
          412.5
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
          "obj-7",
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
          "obj-11",
          0
         ],
         "destination": [
          "obj-9",
          0
         ],
         "midpoints": [
          143.0,
          324.0,
          38.0,
          324.0
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
          "obj-9",
          0
         ],
         "midpoints": [
          285.5,
          324.0,
          38.0,
          324.0
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
          "obj-9",
          0
         ],
         "midpoints": [
          428.0,
          324.0,
          38.0,
          324.0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-17",
          0
         ],
         "destination": [
          "obj-9",
          0
         ],
         "midpoints": [
          570.5,
          324.0,
          38.0,
          324.0
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
          "obj-9",
          0
         ],
         "midpoints": [
          713.0,
          324.0,
          38.0,
          324.0
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
          "obj-21",
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
          "obj-22",
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
          "obj-22",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-9",
          1
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
          "obj-25",
          0
         ],
         "destination": [
          "obj-26",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-24",
          2
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
          "obj-24",
          1
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
          "obj-24",
          0
         ],
         "destination": [
          "obj-30",
          0
         ]
        }
       }
      ]
     },
     "saved_object_attributes": {
      "locked_bgcolor": [
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
      ]
     }
    }
   },
   {
    "box": {
     "id": "obj-5",
     "maxclass": "newobj",
     "numinlets": 0,
     "numoutlets": 0,
     "patching_rect": [
      555.0,
      30.0,
      111.0,
      22.0
     ],
     "text": "p troubleshooting",
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
       0.0,
       26.0,
       870,
       630
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
      "showontab": 1,
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
         "text": "sideman~",
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
         "text": "What you see, and what to do.",
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
         "text": "What you see, and what to do",
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
          240.0,
          20.0
         ],
         "text": "It stays at connecting",
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
         "id": "obj-5",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          270.0,
          105.0,
          577.5,
          35.0
         ],
         "text": "Does sideman serve run, on the host and port that the object has? Does a firewall let UDP through? The output text says what is known.",
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
         "id": "obj-6",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          22.5,
          140.1,
          240.0,
          20.0
         ],
         "text": "Another performer has the server",
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
         "id": "obj-7",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          270.0,
          140.1,
          577.5,
          20.0
         ],
         "text": "A server plays with one at a time. Send stop there, or start a second server on another port.",
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
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          22.5,
          175.2,
          240.0,
          20.0
         ],
         "text": "It plays, and you hear nothing",
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
         "id": "obj-9",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          270.0,
          175.2,
          577.5,
          35.0
         ],
         "text": "Is audio on? Is gain above 0, and bypass 0? After panic, send start. Is the stem's name one of known? A new session needs some seconds of your playing.",
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
         "id": "obj-10",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          22.5,
          210.29999999999998,
          240.0,
          20.0
         ],
         "text": "late grows, or spare is below 0",
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
         "id": "obj-11",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          270.0,
          210.29999999999998,
          577.5,
          35.0
         ],
         "text": "The server is too slow for this lead. Send lead auto and margin safe; choose a larger step; run sideman doctor on the server's machine.",
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
         "id": "obj-12",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          22.5,
          245.39999999999998,
          240.0,
          20.0
         ],
         "text": "lost or contextlost grows",
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
         "id": "obj-13",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          270.0,
          245.39999999999998,
          577.5,
          20.0
         ],
         "text": "The network loses packets. Use a cable, or a Wi-Fi of your own.",
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
         "id": "obj-14",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          22.5,
          280.5,
          240.0,
          20.0
         ],
         "text": "The band is early or late by a constant",
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
         "id": "obj-15",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          270.0,
          280.5,
          577.5,
          20.0
         ],
         "text": "Set latency to the samples that your sound card takes, in and out together.",
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
         "id": "obj-16",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          22.5,
          331.5,
          825.0,
          22.0
         ],
         "text": "What it counts",
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
          135.0,
          355.5,
          90.0,
          19.0
         ],
         "text": "say all of it",
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
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          135.0,
          376.5,
          51.0,
          22.0
         ],
         "text": "status"
        }
       },
       {
        "box": {
         "id": "obj-19",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          355.5,
          90.0,
          19.0
         ],
         "text": "what you play",
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
         "id": "obj-20",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          376.5,
          55.0,
          22.0
         ],
         "text": "adc~ 1"
        }
       },
       {
        "box": {
         "id": "obj-21",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "signal",
          ""
         ],
         "patching_rect": [
          30.0,
          412.5,
          226.0,
          22.0
         ],
         "text": "sideman~ bass"
        }
       },
       {
        "box": {
         "id": "obj-22",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          450.0,
          51.0,
          22.0
         ],
         "text": "*~ 0.5"
        }
       },
       {
        "box": {
         "id": "obj-23",
         "maxclass": "ezdac~",
         "numinlets": 2,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          495.0,
          45.0,
          45.0
         ]
        }
       },
       {
        "box": {
         "id": "obj-24",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          82.5,
          499.49999999999994,
          90.0,
          32.0
         ],
         "text": "audio on\nand off",
         "linecount": 2,
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
         "id": "obj-25",
         "maxclass": "newobj",
         "numinlets": 5,
         "numoutlets": 5,
         "outlettype": [
          "",
          "",
          "",
          "",
          ""
         ],
         "patching_rect": [
          240.0,
          448.5,
          376.0,
          22.0
         ],
         "text": "route lost late repaired contextlost"
        }
       },
       {
        "box": {
         "id": "obj-26",
         "maxclass": "number",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          510.0,
          490.49999999999994,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-27",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          583.5,
          490.49999999999994,
          256.5,
          35.0
         ],
         "text": "contextlost: Samples of your playing that never reached the server.",
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
         "id": "obj-28",
         "maxclass": "number",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          420.0,
          531.5,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-29",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          493.5,
          531.5,
          346.5,
          20.0
         ],
         "text": "repaired: Samples of stems that came on request.",
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
         "id": "obj-30",
         "maxclass": "number",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          330.0,
          559.5,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-31",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          403.5,
          559.5,
          436.5,
          20.0
         ],
         "text": "late: Samples of stems that came too late.",
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
         "id": "obj-32",
         "maxclass": "number",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          240.0,
          587.5,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-33",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          313.5,
          587.5,
          526.5,
          20.0
         ],
         "text": "lost: Samples of stems in whose place silence was played.",
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
         "id": "obj-34",
         "maxclass": "panel",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          15.0,
          75.0,
          840.0,
          243.0
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
         "id": "obj-35",
         "maxclass": "panel",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          15.0,
          327.0,
          840.0,
          291.0
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
          "obj-21",
          0
         ],
         "destination": [
          "obj-22",
          0
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
          "obj-21",
          0
         ],
         "midpoints": [
          143.0,
          405.0,
          38.0,
          405.0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-22",
          0
         ],
         "destination": [
          "obj-23",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-22",
          0
         ],
         "destination": [
          "obj-23",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-21",
          1
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
          "obj-25",
          3
         ],
         "destination": [
          "obj-26",
          0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-25",
          2
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
          "obj-25",
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
          "obj-25",
          0
         ],
         "destination": [
          "obj-32",
          0
         ]
        }
       }
      ]
     },
     "saved_object_attributes": {
      "locked_bgcolor": [
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
      ]
     }
    }
   }
  ],
  "lines": []
 }
}
