// The keys of one provider: entering, testing and removing one. The page never receives a key.
import {h} from "#face/dom.js"
import {button, drawSelect} from "#face/widgets.js"

/** @param {KeyedProviderView} provider */
const drawForm = ({id, name, keys, leaves}) => [
  h(
    "div",
    {class: "modes", role: "group", "aria-label": `Key of ${name}`, data: {key: "key-form"}},
    drawSelect(
      keys.map(key => ({value: key.name, label: key.label})),
      {id: "key-name", "aria-label": "Kind of the key"},
      keys[0].name,
    ),
    h("input", {
      id: "key-value",
      class: "set",
      type: "password",
      "aria-label": `Key of ${name}`,
      "aria-describedby": "key-leaves",
      placeholder: "Paste the key",
      autocomplete: "off",
      spellcheck: "false",
      data: {key: "key-value"},
    }),
    button("Save and test", "save-key", {kind: "primary", data: {provider: id}}),
    button("Cancel", "close-key", {kind: "quiet", data: {provider: id}}),
  ),
  h("p", {class: "hint", id: "key-leaves"}, leaves),
]

/** @type {(provider: KeyedProviderView, isOpen: boolean) => HTMLElement} */
export const drawKeys = (provider, isOpen) => {
  const {id, name, keys, test} = provider
  const isSet = keys.some(key => key.origin)
  return h(
    "div",
    {class: "keys", data: {key: "keys"}},
    !isOpen &&
      h(
        "div",
        {class: "acts"},
        button(isSet ? "Replace the key…" : "Enter a key…", "open-key", {
          kind: "small",
          data: {provider: id, key: "open-key"},
          "aria-label": `${isSet ? "Replace the key" : "Enter a key"} of ${name}`,
        }),
        isSet &&
          button("Test", "test-key", {kind: "small", data: {provider: id}, "aria-label": `Test the key of ${name}`}),
        keys
          .filter(key => key.origin === "file")
          .map(key =>
            button(`Remove the ${key.label}`, "remove-key", {
              kind: "link",
              data: {name: key.name, key: key.name},
              "aria-label": `Remove the ${key.label} of ${name}`,
            }),
          ),
        keys
          .filter(key => key.origin === "environment")
          .map(key => h("small", null, `The environment sets the ${key.label}.`)),
      ),
    isOpen && drawForm(provider),
    test && h("p", {class: `why ${test.level}`, role: "status"}, test.text),
  )
}

/** @type {(self: any) => void} */
const saveKey = self => {
  const field = self.find("#key-value")
  if (!field.value.trim()) return self.focus("#key-value")
  self.send("key", {name: self.find("#key-name").value, value: field.value})
  closeKey(self)
}

/** Close the form; the typed key is not kept. @type {(self: any) => void} */
const closeKey = self => {
  const provider = self.state.keyOf
  self.find("#key-value").value = ""
  self.state.keyOf = ""
  self.paint()
  self.focus(`[data-act=open-key][data-provider=${provider}]`)
}

/** The actions of the keys. @type {Record<string, (self: any, data: any, target: any) => void>} */
export const KEY_ACTIONS = {
  "open-key"(self, {provider}) {
    self.state.keyOf = provider
    self.paint()
    self.focus("#key-value")
  },
  "close-key": closeKey,
  "save-key": saveKey,
  "test-key": (self, {provider}) => self.send("test_key", {provider}),
  "remove-key": (self, {name}) => self.send("remove_key", {name}),
}

/** Enter saves the key, Escape closes the form. @type {(self: any, event: PageEvent) => boolean} */
export function onKeyField(self, event) {
  const {key, target} = event
  if (target.id !== "key-value") return false
  if (key === "Enter" || key === "Escape") event.preventDefault() // else Enter presses the button with the new focus
  if (key === "Enter") saveKey(self)
  if (key === "Escape") closeKey(self)
  return true
}
