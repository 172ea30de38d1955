// The people written most often, as bars; a click searches for the person.
export function render(context) {
  component(context, {
    draw: view =>
      view.people?.length
        ? h(
            "div",
            null,
            view.people.map(person =>
              h(
                "button",
                {
                  type: "button",
                  class: "hbar",
                  data: {act: "person", name: person.name, key: person.name},
                  "aria-label": `${person.name}: ${person.count} times`,
                },
                h("span", null, h("bdi", null, person.name)),
                h("i", {style: {width: `${person.share}%`}, "aria-hidden": "true"}),
                h("b", null, person.count),
              ),
            ),
          )
        : h("p", {class: "hint"}, view.people ? "Nobody has been written yet." : ""),
  })
}
