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
   780.0
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
       690
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
          103.5,
          187.5,
          20.0
         ],
         "text": "In a terminal, on this machine:",
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
          210.0,
          103.5,
          150.0,
          20.0
         ],
         "text": "sideman serve",
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
          126.0,
          810.0,
          20.0
         ],
         "text": "The small model plays that comes along. README.md in the folder of this package tells how to install sideman, and to serve another model.",
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
          22.5,
          177.0,
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
          330.0,
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
          30.0,
          219.0,
          111.0,
          19.0
         ],
         "text": "what you play, or",
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
         "maxclass": "bpatcher",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          240.0,
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
         "id": "obj-11",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          150.0,
          204.0,
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
         "id": "obj-12",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          150.0,
          240.0,
          41.0,
          22.0
         ],
         "text": "start"
        }
       },
       {
        "box": {
         "id": "obj-13",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          240.0,
          204.0,
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
         "id": "obj-14",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          240.0,
          240.0,
          40.0,
          22.0
         ],
         "text": "stop"
        }
       },
       {
        "box": {
         "id": "obj-15",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          330.0,
          204.0,
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
         "id": "obj-16",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          330.0,
          240.0,
          44.0,
          22.0
         ],
         "text": "reset"
        }
       },
       {
        "box": {
         "id": "obj-17",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          420.0,
          204.0,
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
         "id": "obj-18",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          420.0,
          240.0,
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
          510.0,
          204.0,
          90.0,
          32.0
         ],
         "text": "Silence at once, until start",
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
         "id": "obj-20",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          510.0,
          240.0,
          46.0,
          22.0
         ],
         "text": "panic"
        }
       },
       {
        "box": {
         "id": "obj-21",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          609.0,
          216.0,
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
         "id": "obj-22",
         "maxclass": "attrui",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          609.0,
          240.0,
          150.0,
          22.0
         ],
         "attr": "gain"
        }
       },
       {
        "box": {
         "id": "obj-23",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          762.0,
          241.50000000000003,
          90.0,
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
         "id": "obj-24",
         "maxclass": "attrui",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          609.0,
          270.0,
          150.0,
          22.0
         ],
         "attr": "bypass"
        }
       },
       {
        "box": {
         "id": "obj-25",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          762.0,
          271.5,
          90.0,
          59.0
         ],
         "text": "Mute the stems, the session goes on",
         "linecount": 4,
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
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          180.0,
          364.5,
          93.0,
          22.0
         ],
         "text": "loadmess 128"
        }
       },
       {
        "box": {
         "id": "obj-27",
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
          120.0,
          22.5
         ],
         "orientation": 1
        }
       },
       {
        "box": {
         "id": "obj-28",
         "maxclass": "ezdac~",
         "numinlets": 2,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          459.0,
          45.0,
          45.0
         ]
        }
       },
       {
        "box": {
         "id": "obj-29",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          154.5,
          408.0,
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
         "id": "obj-30",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          82.5,
          471.0,
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
         "id": "obj-31",
         "maxclass": "bpatcher",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          330.0,
          414.0,
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
         "id": "obj-32",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          345.0,
          381.0,
          450.0,
          19.0
         ],
         "text": "What leaves the last outlet, in a window to the patch sideman.status:",
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
          330.0,
          540.0,
          510.0,
          19.0
         ],
         "text": "First line: stopped, connecting or playing. Beside it the model.",
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
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          330.0,
          562.5,
          510.0,
          19.0
         ],
         "text": "The bar: what a cycle takes. Beyond the mark it is red, and the band too late.",
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
         "id": "obj-35",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          330.0,
          585.0,
          510.0,
          19.0
         ],
         "text": "Last line: Why it does not play, or the newest warning or error. Empty where all is well.",
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
         "id": "obj-36",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          531.0,
          255.0,
          98.0
         ],
         "text": "Sound leaves from an outlet for each stem, messages leave from the last one. After panic, press start to hear the band again. Each tab has a sideman~ of its own, and a server plays with one at a time: press stop in one tab before start in the next, or that one is told that another client plays.",
         "linecount": 7,
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
          90.0
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
          172.5,
          840.0,
          502.5
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
          "obj-10",
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
          "obj-12",
          0
         ],
         "destination": [
          "obj-8",
          0
         ],
         "midpoints": [
          158.0,
          306.0,
          38.0,
          306.0
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
          248.0,
          306.0,
          38.0,
          306.0
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
          338.0,
          306.0,
          38.0,
          306.0
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
          428.0,
          306.0,
          38.0,
          306.0
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
          518.0,
          306.0,
          38.0,
          306.0
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
          600.0,
          267.0,
          600.0,
          306.0,
          37.949999999999996,
          306.0
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
          "obj-8",
          0
         ],
         "midpoints": [
          617.0,
          306.0,
          38.0,
          306.0
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
          "obj-27",
          0
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
          "obj-27",
          0
         ],
         "destination": [
          "obj-28",
          1
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
          "obj-27",
          0
         ],
         "midpoints": [
          188.0,
          396.0,
          38.0,
          396.0
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
       780
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
         "id": "obj-7",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          204.0,
          111.0,
          19.0
         ],
         "text": "what you play, or",
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
         "maxclass": "bpatcher",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          225.0,
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
         "id": "obj-9",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          150.0,
          204.0,
          51.0,
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
         "id": "obj-10",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          150.0,
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
          207.0,
          204.0,
          51.0,
          19.0
         ],
         "text": "leave",
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
          207.0,
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
          264.0,
          204.0,
          60.0,
          19.0
         ],
         "text": "say all",
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
          264.0,
          225.0,
          51.0,
          22.0
         ],
         "text": "status"
        }
       },
       {
        "box": {
         "id": "obj-15",
         "maxclass": "bpatcher",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "signal",
          ""
         ],
         "patching_rect": [
          30.0,
          345.0,
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
         "id": "obj-16",
         "maxclass": "bpatcher",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "signal",
          ""
         ],
         "patching_rect": [
          135.0,
          345.0,
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
         "id": "obj-17",
         "maxclass": "bpatcher",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "signal",
          ""
         ],
         "patching_rect": [
          240.0,
          345.0,
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
         "id": "obj-18",
         "maxclass": "bpatcher",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "signal",
          ""
         ],
         "patching_rect": [
          345.0,
          345.0,
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
         "id": "obj-19",
         "maxclass": "newobj",
         "numinlets": 4,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          195.0,
          636.0,
          241.0,
          36.0
         ],
         "text": "js sideman.stems.js bass drums guitar piano"
        }
       },
       {
        "box": {
         "id": "obj-20",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          240.0,
          696.0,
          81.0,
          22.0
         ],
         "text": "prepend set"
        }
       },
       {
        "box": {
         "id": "obj-21",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          240.0,
          729.0,
          247.5,
          20.0
         ],
         "text": "stems bass drums guitar piano",
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
         "id": "obj-22",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          510.0,
          711.0,
          330.0,
          46.0
         ],
         "text": "The message that the switches make, and that your own patch may send:  stems  and the names of those that play, or no name for none.",
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
         "id": "obj-23",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          510.0,
          561.0,
          330.0,
          46.0
         ],
         "text": "Each stem is a window to the patch sideman.strip: a switch, a fader and a level. The script sideman.stems.js makes one message of the switches.",
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
         "id": "obj-24",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          604.5,
          51.0,
          22.0
         ],
         "text": "*~ 0.5"
        }
       },
       {
        "box": {
         "id": "obj-25",
         "maxclass": "ezdac~",
         "numinlets": 2,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          649.5,
          45.0,
          45.0
         ]
        }
       },
       {
        "box": {
         "id": "obj-26",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          82.5,
          653.9999999999999,
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
         "id": "obj-27",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          510.0,
          336.0,
          330.0,
          59.0
         ],
         "text": "Those of the object's stems that play now, or none. At first all of them play. Each has an outlet of its own, named by the object's arguments. Stems come and go where the next step begins, and that is heard after the look-ahead.",
         "linecount": 4,
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
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 2,
         "outlettype": [
          "",
          ""
         ],
         "patching_rect": [
          450.0,
          411.0,
          106.0,
          22.0
         ],
         "text": "route known"
        }
       },
       {
        "box": {
         "id": "obj-29",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          465.0,
          480.0,
          375.0,
          20.0
         ],
         "text": "known: All stems that the server's model can play.",
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
          450.0,
          445.5,
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
          450.0,
          503.0,
          390.0,
          36.0
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
         "id": "obj-33",
         "maxclass": "panel",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          15.0,
          165.0,
          840.0,
          600.0
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
          "obj-8",
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
          "obj-10",
          0
         ],
         "destination": [
          "obj-6",
          0
         ],
         "midpoints": [
          158.0,
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
          "obj-6",
          0
         ],
         "midpoints": [
          215.0,
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
          "obj-6",
          0
         ],
         "midpoints": [
          272.0,
          279.0,
          38.0,
          279.0
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
          "obj-24",
          0
         ],
         "midpoints": [
          38.0,
          588.0,
          38.0,
          588.0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-15",
          1
         ],
         "destination": [
          "obj-19",
          0
         ],
         "midpoints": [
          85.0,
          594.0,
          203.0,
          594.0
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
          "obj-24",
          0
         ],
         "midpoints": [
          143.0,
          588.0,
          38.0,
          588.0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-16",
          1
         ],
         "destination": [
          "obj-19",
          1
         ],
         "midpoints": [
          190.0,
          600.0,
          278.0,
          600.0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-6",
          2
         ],
         "destination": [
          "obj-17",
          0
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
          "obj-24",
          0
         ],
         "midpoints": [
          248.0,
          588.0,
          38.0,
          588.0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-17",
          1
         ],
         "destination": [
          "obj-19",
          2
         ],
         "midpoints": [
          295.0,
          606.0,
          353.0,
          606.0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-6",
          3
         ],
         "destination": [
          "obj-18",
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
          "obj-24",
          0
         ],
         "midpoints": [
          353.0,
          588.0,
          38.0,
          588.0
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-18",
          1
         ],
         "destination": [
          "obj-19",
          3
         ],
         "midpoints": [
          400.0,
          612.0000000000001,
          428.0,
          612.0000000000001
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
          "obj-6",
          0
         ],
         "midpoints": [
          202.5,
          750.0,
          21.0,
          750.0,
          21.0,
          279.0,
          37.5,
          279.0
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
         ],
         "midpoints": [
          203.0,
          690.0,
          248.0,
          690.0
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
          "obj-24",
          0
         ],
         "destination": [
          "obj-25",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-6",
          4
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
          "obj-28",
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
       780
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
         "text": "The model plays a little ahead of what it has heard. The less, the closer it follows you.",
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
         "numoutlets": 2,
         "outlettype": [
          "signal",
          ""
         ],
         "patching_rect": [
          30.0,
          249.00000000000003,
          226.0,
          22.0
         ],
         "text": "sideman~ bass"
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
          114.0,
          111.0,
          19.0
         ],
         "text": "what you play, or",
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
         "maxclass": "bpatcher",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          135.0,
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
         "id": "obj-7",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          150.0,
          114.0,
          51.0,
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
         "id": "obj-8",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          150.0,
          135.0,
          41.0,
          22.0
         ],
         "text": "start"
        }
       },
       {
        "box": {
         "id": "obj-9",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          207.0,
          114.0,
          51.0,
          19.0
         ],
         "text": "leave",
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
          207.0,
          135.0,
          40.0,
          22.0
         ],
         "text": "stop"
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
          112.5,
          150.0,
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
         "id": "obj-12",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          270.0,
          135.0,
          67.0,
          22.0
         ],
         "text": "lead auto"
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
          344.5,
          135.0,
          50.0,
          22.0
         ],
         "text": "lead 4"
        }
       },
       {
        "box": {
         "id": "obj-14",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          435.0,
          112.5,
          150.0,
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
         "id": "obj-15",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          435.0,
          135.0,
          68.0,
          22.0
         ],
         "text": "step auto"
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
          510.5,
          135.0,
          51.0,
          22.0
         ],
         "text": "step 4"
        }
       },
       {
        "box": {
         "id": "obj-17",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          600.0,
          112.5,
          150.0,
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
          600.0,
          135.0,
          67.0,
          22.0
         ],
         "text": "latency 0"
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
          674.5,
          135.0,
          80.0,
          22.0
         ],
         "text": "latency 512"
        }
       },
       {
        "box": {
         "id": "obj-20",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          150.0,
          175.5,
          150.0,
          19.0
         ],
         "text": "Safety of auto: a menu",
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
         "maxclass": "attrui",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          150.0,
          198.0,
          150.0,
          22.0
         ],
         "attr": "margin"
        }
       },
       {
        "box": {
         "id": "obj-22",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          435.0,
          186.0,
          390.0,
          46.0
         ],
         "text": "Each tab has a sideman~ of its own, and a server plays with one at a time: press stop in one tab before start in the next, or that one is told that another client plays.",
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
         "id": "obj-23",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          294.0,
          51.0,
          22.0
         ],
         "text": "*~ 0.5"
        }
       },
       {
        "box": {
         "id": "obj-24",
         "maxclass": "ezdac~",
         "numinlets": 2,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          339.0,
          45.0,
          45.0
         ]
        }
       },
       {
        "box": {
         "id": "obj-25",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          82.5,
          343.50000000000006,
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
         "id": "obj-26",
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
          294.0,
          466.0,
          22.0
         ],
         "text": "route lead step ahead cycle spare"
        }
       },
       {
        "box": {
         "id": "obj-27",
         "maxclass": "flonum",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          600.0,
          336.00000000000006,
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
          673.5,
          336.00000000000006,
          166.50000000000003,
          78.0
         ],
         "text": "spare: What cycle leaves of ahead: how many milliseconds before they are played stems arrive. Below 0 they come too late.",
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
         "id": "obj-29",
         "maxclass": "flonum",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          510.0,
          420.00000000000006,
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
          583.5,
          420.00000000000006,
          256.5,
          92.0
         ],
         "text": "cycle: Milliseconds from the newest sound that a step is made of until its stems have come, with the latency of the sound card. 99 of 100 packets take no longer. Beyond ahead they come too late. 0 before it is known.",
         "linecount": 6,
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
         "maxclass": "flonum",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          420.0,
          518.0000000000001,
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
          493.5,
          518.0000000000001,
          346.5,
          49.0
         ],
         "text": "ahead: The look-ahead in milliseconds, and the deadline of cycle. What the model knows of your playing is at least so old when you hear its answer.",
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
         "maxclass": "number",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          330.0,
          573.0,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-34",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          403.5,
          573.0,
          436.5,
          20.0
         ],
         "text": "step: The step that is in use, in columns of 93 ms.",
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
         "maxclass": "number",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          240.0,
          601.0,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-36",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          313.5,
          601.0,
          526.5,
          20.0
         ],
         "text": "lead: The look-ahead that is in use, in columns of 93 ms.",
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
          30.0,
          630.0,
          810.0,
          32.0
         ],
         "text": "lead: How far ahead of your newest sound the model plays, in columns of 93 ms. auto follows what the server advises. With less it follows you more closely and needs a faster server. It takes 1 to 64, or auto.",
         "linecount": 2,
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
         "id": "obj-38",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          665.0,
          810.0,
          32.0
         ],
         "text": "step: How much the model plays at a time, in columns of 93 ms. auto leaves it to the server. Small steps react sooner and need a faster server. It takes 1 to 64, or auto.",
         "linecount": 2,
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
         "id": "obj-39",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          700.0000000000001,
          810.0,
          19.0
         ],
         "text": "margin: How long before they are played stems shall arrive when lead is auto: tight is 5 ms, normal 20 ms and safe 60 ms. It takes tight, normal or safe.",
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
         "id": "obj-40",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          722.0000000000001,
          810.0,
          46.0
         ],
         "text": "latency: Delay of the sound card, in and out together, in samples. Stems are played that much earlier, so that they sound together with you. A change is heard as a jump in the stems, forward for a larger value, back for a smaller one. More than the look-ahead leaves no time to play anything: the stems are late, and lead grows. It takes 0 to 192000.",
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
         "id": "obj-41",
         "maxclass": "panel",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          15.0,
          75.0,
          840.0,
          696.0
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
          "obj-4",
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
          "obj-4",
          0
         ],
         "midpoints": [
          158.0,
          168.0,
          38.0,
          168.0
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
          "obj-4",
          0
         ],
         "midpoints": [
          215.0,
          168.0,
          38.0,
          168.0
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
          "obj-4",
          0
         ],
         "midpoints": [
          278.0,
          168.0,
          38.0,
          168.0
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
          "obj-4",
          0
         ],
         "midpoints": [
          352.5,
          168.0,
          38.0,
          168.0
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
          "obj-4",
          0
         ],
         "midpoints": [
          443.0,
          168.0,
          38.0,
          168.0
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
          "obj-4",
          0
         ],
         "midpoints": [
          518.5,
          168.0,
          38.0,
          168.0
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
          "obj-4",
          0
         ],
         "midpoints": [
          608.0,
          168.0,
          38.0,
          168.0
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
          "obj-4",
          0
         ],
         "midpoints": [
          682.5,
          168.0,
          38.0,
          168.0
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
          "obj-4",
          0
         ],
         "midpoints": [
          158.0,
          234.0,
          38.0,
          234.0
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
          "obj-23",
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
          "obj-23",
          0
         ],
         "destination": [
          "obj-24",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-4",
          1
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
          "obj-26",
          4
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
          "obj-26",
          3
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
          "obj-26",
          2
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
          "obj-26",
          1
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
          "obj-26",
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
       780
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
         "text": "sideman serve --listen 0.0.0.0:7000 --allow 192.168.1.7",
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
          49.0
         ],
         "text": "192.168.1.7 stands for the address of the machine that Max runs on; all others are ignored. If the other machine has a firewall, let UDP through to port 7000. Use a cable where you can: Wi-Fi holds packets back for tens of milliseconds. On macOS 15 or newer, allow Max in System Settings, Privacy & Security, Local Network.",
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
         "id": "obj-8",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          264.0,
          111.0,
          19.0
         ],
         "text": "what you play, or",
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
         "maxclass": "bpatcher",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          285.0,
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
         "id": "obj-10",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          150.0,
          252.0,
          129.0,
          32.0
         ],
         "text": "the other machine, by address or name",
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
          150.0,
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
          288.0,
          252.0,
          129.0,
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
         "id": "obj-13",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          288.0,
          285.0,
          93.0,
          22.0
         ],
         "text": "host 127.0.0.1"
        }
       },
       {
        "box": {
         "id": "obj-14",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          426.0,
          252.0,
          129.0,
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
         "id": "obj-15",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          426.0,
          285.0,
          68.0,
          22.0
         ],
         "text": "port 7000"
        }
       },
       {
        "box": {
         "id": "obj-16",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          563.9999999999999,
          252.0,
          129.0,
          32.0
         ],
         "text": "of several models there one, by its name",
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
         "id": "obj-17",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          563.9999999999999,
          285.0,
          83.0,
          22.0
         ],
         "text": "bundle mine"
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
          264.0,
          51.0,
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
          762.0,
          264.0,
          51.0,
          19.0
         ],
         "text": "leave",
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
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          762.0,
          285.0,
          40.0,
          22.0
         ],
         "text": "stop"
        }
       },
       {
        "box": {
         "id": "obj-22",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          150.0,
          333.0,
          510.0,
          19.0
         ],
         "text": "They may stand in the object too:  sideman~ bass @host 192.168.1.20 @port 7000",
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
         "id": "obj-24",
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
         "id": "obj-25",
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
         "id": "obj-26",
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
          405.0,
          376.0,
          22.0
         ],
         "text": "route state advised roundtrip engine"
        }
       },
       {
        "box": {
         "id": "obj-27",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          510.0,
          439.5,
          81.0,
          22.0
         ],
         "text": "prepend set"
        }
       },
       {
        "box": {
         "id": "obj-28",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          510.0,
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
         "id": "obj-29",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          651.0,
          474.0,
          189.00000000000003,
          64.0
         ],
         "text": "engine: The model: unknown, loading, ready or degraded, and how much of it is loaded, in percent. 0 while unknown.",
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
         "id": "obj-30",
         "maxclass": "flonum",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          420.0,
          544.0,
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
          493.5,
          544.0,
          346.5,
          35.0
         ],
         "text": "roundtrip: Milliseconds that a message takes to the server and back. 0 before it is known.",
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
         "id": "obj-32",
         "maxclass": "number",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          330.0,
          585.0,
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
          403.5,
          585.0,
          436.5,
          35.0
         ],
         "text": "advised: The smallest look-ahead that the server can keep up with, in columns. 0 before it is known.",
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
         "id": "obj-34",
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
         "id": "obj-35",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          240.0,
          626.0,
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
         "id": "obj-36",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          381.0,
          626.0,
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
         "id": "obj-37",
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
         "id": "obj-38",
         "maxclass": "panel",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          15.0,
          202.5,
          840.0,
          562.5
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
          "obj-9",
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
          "obj-11",
          0
         ],
         "destination": [
          "obj-7",
          0
         ],
         "midpoints": [
          158.0,
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
          "obj-7",
          0
         ],
         "midpoints": [
          296.0,
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
          "obj-7",
          0
         ],
         "midpoints": [
          434.0,
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
          "obj-7",
          0
         ],
         "midpoints": [
          571.9999999999999,
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
          "obj-7",
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
          "obj-21",
          0
         ],
         "destination": [
          "obj-7",
          0
         ],
         "midpoints": [
          770.0,
          324.0,
          38.0,
          324.0
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
          "obj-23",
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
          "obj-23",
          0
         ],
         "destination": [
          "obj-24",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-7",
          1
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
          "obj-26",
          3
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
          "obj-26",
          2
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
          "obj-26",
          1
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
          "obj-26",
          0
         ],
         "destination": [
          "obj-34",
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
       780
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
          102.0,
          225.0,
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
          247.5,
          102.0,
          600.0,
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
          138.5,
          225.0,
          20.0
         ],
         "text": "text: Nobody listens on …",
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
          247.5,
          138.5,
          600.0,
          20.0
         ],
         "text": "The machine answers, and no server runs there. In a terminal on it: sideman serve. Is it the right port?",
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
          160.00000000000003,
          225.0,
          35.0
         ],
         "text": "macOS 15 or newer finds no server on another machine",
         "linecount": 2,
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
          247.5,
          160.00000000000003,
          600.0,
          20.0
         ],
         "text": "System Settings, Privacy & Security, Local Network: allow the program that you play in, and start it again.",
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
          196.50000000000003,
          225.0,
          20.0
         ],
         "text": "text: Another client plays.",
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
          247.5,
          196.50000000000003,
          600.0,
          35.0
         ],
         "text": "A server plays with one sideman~ at a time, and one in another tab or patch counts too. Send stop to that one, or start a second server on another port.",
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
          233.00000000000003,
          225.0,
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
         "id": "obj-13",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          247.5,
          233.00000000000003,
          600.0,
          35.0
         ],
         "text": "Is audio on? Is gain above 0, and bypass 0? After panic, press start. Is the stem's name one of known? A new session needs some seconds of your playing.",
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
         "id": "obj-14",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          22.5,
          269.5,
          225.0,
          35.0
         ],
         "text": "late grows, or cycle is beyond ahead",
         "linecount": 2,
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
          247.5,
          269.5,
          600.0,
          35.0
         ],
         "text": "The server is too slow for this lead. Send lead auto and margin safe, choose a larger step, or run sideman doctor on the server's machine.",
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
         "id": "obj-16",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          22.5,
          306.00000000000006,
          225.0,
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
         "id": "obj-17",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          247.5,
          306.00000000000006,
          600.0,
          49.0
         ],
         "text": "The network loses packets: use a cable, or a Wi-Fi of your own. If it is lost alone, the server may be too slow for the step, and text says which steps are not answered: choose a larger step, fewer stems, or a faster machine.",
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
         "id": "obj-18",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          22.5,
          356.50000000000006,
          225.0,
          20.0
         ],
         "text": "It is early or late, always alike",
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
         "id": "obj-19",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          247.5,
          356.50000000000006,
          600.0,
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
         "id": "obj-20",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          22.5,
          378.00000000000006,
          225.0,
          20.0
         ],
         "text": "A value is refused",
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
         "id": "obj-21",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          247.5,
          378.00000000000006,
          600.0,
          35.0
         ],
         "text": "The console says what would do. step and lead are counted in columns of 93 ms, the unit of the model, and latency in samples.",
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
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          22.5,
          430.5,
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
         "id": "obj-23",
         "maxclass": "newobj",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "signal",
          ""
         ],
         "patching_rect": [
          30.0,
          531.0,
          226.0,
          22.0
         ],
         "text": "sideman~ bass"
        }
       },
       {
        "box": {
         "id": "obj-24",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          462.00000000000006,
          111.0,
          19.0
         ],
         "text": "what you play, or",
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
         "maxclass": "bpatcher",
         "numinlets": 0,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          483.00000000000006,
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
         "id": "obj-26",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          150.0,
          462.00000000000006,
          51.0,
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
         "id": "obj-27",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          150.0,
          483.00000000000006,
          41.0,
          22.0
         ],
         "text": "start"
        }
       },
       {
        "box": {
         "id": "obj-28",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          207.0,
          462.00000000000006,
          51.0,
          19.0
         ],
         "text": "leave",
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
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          207.0,
          483.00000000000006,
          40.0,
          22.0
         ],
         "text": "stop"
        }
       },
       {
        "box": {
         "id": "obj-30",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          264.0,
          462.0,
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
         "id": "obj-31",
         "maxclass": "message",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          ""
         ],
         "patching_rect": [
          264.0,
          483.00000000000006,
          51.0,
          22.0
         ],
         "text": "status"
        }
       },
       {
        "box": {
         "id": "obj-32",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          384.0,
          462.0,
          420.0,
          46.0
         ],
         "text": "Each tab has a sideman~ of its own, and a server plays with one at a time: press stop in one tab before start in the next, or that one is told that another client plays.",
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
         "id": "obj-33",
         "maxclass": "newobj",
         "numinlets": 2,
         "numoutlets": 1,
         "outlettype": [
          "signal"
         ],
         "patching_rect": [
          30.0,
          579.0,
          51.0,
          22.0
         ],
         "text": "*~ 0.5"
        }
       },
       {
        "box": {
         "id": "obj-34",
         "maxclass": "ezdac~",
         "numinlets": 2,
         "numoutlets": 0,
         "patching_rect": [
          30.0,
          624.0,
          45.0,
          45.0
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
          82.5,
          628.5,
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
         "id": "obj-36",
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
          567.0,
          376.0,
          22.0
         ],
         "text": "route lost late repaired contextlost"
        }
       },
       {
        "box": {
         "id": "obj-37",
         "maxclass": "number",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          510.0,
          608.9999999999999,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-38",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          583.5,
          608.9999999999999,
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
         "id": "obj-39",
         "maxclass": "number",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          420.0,
          649.9999999999999,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-40",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          493.5,
          649.9999999999999,
          346.5,
          35.0
         ],
         "text": "repaired: Samples of stems that were lost on the way, asked for again, and came.",
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
         "id": "obj-41",
         "maxclass": "number",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          330.0,
          691.0,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-42",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          403.5,
          691.0,
          436.5,
          35.0
         ],
         "text": "late: Samples of stems that came too late to be played. In their place there was silence.",
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
         "id": "obj-43",
         "maxclass": "number",
         "numinlets": 1,
         "numoutlets": 2,
         "outlettype": [
          "",
          "bang"
         ],
         "patching_rect": [
          240.0,
          732.0,
          67.5,
          22.0
         ],
         "ignoreclick": 1
        }
       },
       {
        "box": {
         "id": "obj-44",
         "maxclass": "comment",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          313.5,
          732.0,
          526.5,
          35.0
         ],
         "text": "lost: Samples of stems that are missing: they have not come, and silence was played. What comes after all is counted under late instead, so that lost may fall.",
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
         "id": "obj-45",
         "maxclass": "panel",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          15.0,
          75.0,
          840.0,
          343.5
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
         "id": "obj-46",
         "maxclass": "panel",
         "numinlets": 1,
         "numoutlets": 0,
         "patching_rect": [
          15.0,
          426.0,
          840.0,
          343.5
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
          "obj-25",
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
          "obj-23",
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
          "obj-27",
          0
         ],
         "destination": [
          "obj-23",
          0
         ],
         "midpoints": [
          158.0,
          520.5,
          38.0,
          520.5
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
          "obj-23",
          0
         ],
         "midpoints": [
          215.0,
          520.5,
          38.0,
          520.5
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
          "obj-23",
          0
         ],
         "midpoints": [
          272.0,
          520.5,
          38.0,
          520.5
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
          "obj-33",
          0
         ],
         "destination": [
          "obj-34",
          1
         ]
        }
       },
       {
        "patchline": {
         "source": [
          "obj-23",
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
          "obj-36",
          3
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
          "obj-36",
          2
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
          "obj-36",
          1
         ],
         "destination": [
          "obj-41",
          0
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
          "obj-43",
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
