// The forms of a player: a new one, its address, name and folders, and its key, which the server never sends.
import {h} from "#face/dom.js"
import {button, drawSelect, iconButton} from "#face/widgets.js"
import {drawFolder, drawMapArrow, drawMapHead, refusal} from "./connection_parts.js"

/** @import {PlayerDraft, Self} from "./connections.js" */

/** What the key of a kind of player is. @type {Record<string, string>} */
const KEYS = {jellyfin: "API key", emby: "API key", kodi: "user:password", plex: "Token"}

/** @type {(label: string, part: string, value: string | null, attributes?: object) => HTMLElement} */
const drawField = (label, part, value, attributes) =>
  h(
    "label",
    {class: "field", data: {key: `field-${part}`}},
    label,
    h("input", {
      type: "text",
      value,
      autocomplete: "off",
      spellcheck: "false",
      ...attributes,
      data: {part, key: `part-${part}`},
    }),
  )

/** @type {(part: string, place: number, value: string, attributes: object) => HTMLElement} */
const drawPart = (part, place, value, attributes) =>
  drawFolder(
    `${part === "ours" ? "Folder here" : "Folder of the player"}, row ${place + 1}`,
    value,
    {part, row: place, key: `${part}-${place}`},
    attributes,
  )

/** @type {(rows: string[][]) => HTMLElement} */
const drawFolders = rows =>
  h(
    "div",
    {class: "map player-map", role: "group", "aria-label": "Folders of the player", data: {key: "player-map"}},
    h("span", {class: "label"}, "Its folders"),
    rows.length
      ? h(
          "div",
          {class: "map-rows", data: {key: "rows"}},
          drawMapHead("Folder here", "", "The player names it", ""),
          rows.map(([theirs, ours], place) =>
            h(
              "div",
              {class: "map-row", data: {key: `row-${place}`}},
              drawPart("ours", place, ours, {placeholder: "/media/films", list: "library-folders"}),
              drawMapArrow(),
              drawPart("theirs", place, theirs, {placeholder: "/movies"}),
              iconButton("✕", `Remove row ${place + 1}`, {act: "player-row-less", row: place, key: `less-${place}`}),
            ),
          ),
        )
      : h("p", {class: "hint"}, "Without a row, its paths are the same as here."),
    button("Add a folder", "player-row-more", {kind: "small", data: {key: "player-row-more"}}),
  )

/** @type {(self: Self, draft: PlayerDraft, place: string) => HTMLElement} */
export const drawPlayerForm = ({view}, draft, place) =>
  h(
    "div",
    {
      class: "player-form",
      role: "group",
      "aria-label": draft.id ? "Address and folders" : "New player",
      data: {key: `form-${draft.id}`, editor: ""},
    },
    !draft.id &&
      h(
        "label",
        {class: "field", data: {key: "field-kind"}},
        "Program",
        drawSelect(view.player_kinds, {data: {change: "player-kind", key: "player-kind"}}, draft.kind),
      ),
    drawField("Address", "url", draft.url, {
      placeholder: draft.kind === "plex" ? "http://192.168.1.20:32400" : "http://192.168.1.20:8096",
      maxlength: "300",
      inputmode: "url",
    }),
    drawField("Name", "name", draft.name, {
      placeholder: view.player_kinds.find(({value}) => value === draft.kind)?.label,
      maxlength: "60",
    }),
    !draft.id && drawField(`${KEYS[draft.kind]} (may be given later)`, "key", draft.key, {type: "password"}),
    drawFolders(draft.rows),
    refusal(view, place),
    h(
      "div",
      {class: "acts", data: {key: "form-acts"}},
      button(draft.id ? "Save" : "Add the player", "player-save", {kind: "primary small", "data-waits": ""}),
      button("Cancel", "player-close", {kind: "small quiet"}),
    ),
  )

/** @type {(self: Self, player: PlayerCardView, place: string) => HTMLElement} */
export const drawKeyForm = ({view, state}, {kind, name}, place) =>
  h(
    "div",
    {
      class: "player-form",
      role: "group",
      "aria-label": `New key of ${name}`,
      data: {key: "key-form", editor: ""},
    },
    drawField(`${KEYS[kind]} of ${name}`, "new-key", state.playerKey.key, {type: "password"}),
    h("p", {class: "hint"}, "It is stored on this machine, and never shown again."),
    refusal(view, place),
    h(
      "div",
      {class: "acts"},
      button("Store the key", "player-store-key", {kind: "primary small", "data-waits": ""}),
      button("Cancel", "player-close-key", {kind: "small quiet"}),
    ),
  )
