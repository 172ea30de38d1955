// What goes on in one line, what was forgotten, and a card for each kind of job.
const WORD = {resume: "Resume", cancel: "Cancel"}

const drawCard = card =>
  h(
    "button",
    {
      type: "button",
      class: "stat jcard",
      "aria-pressed": String(card.on),
      "aria-label": `${card.label}: ${card.counts.map(each => `${each.count} ${each.label}`).join(", ")}${card.cut && `, ${card.cut} interrupted`}`,
      data: {act: "kind", kind: card.on ? "" : card.kind, key: `card-${card.kind}`},
    },
    h("span", {class: "jcard-head"}, h("b", null, card.label), card.cut && chip("danger", `${card.cut} interrupted`, "▲")),
    h(
      "span",
      {class: "jcard-counts"},
      card.counts.map(each => h("span", {class: each.level}, h("b", null, each.count), h("small", null, each.label))),
    ),
  )

const drawBanner = item =>
  h(
    "div",
    {class: "why warning jbanner", role: "alert", data: {key: `banner${item.id}`}},
    h("p", null, h("b", null, h("bdi", null, item.name)), " ", item.text),
    item.acts.map(each =>
      button(each.label, each.act, {
        kind: "small",
        data: {id: item.id, key: each.act},
        "aria-label": `${WORD[each.act]} ${item.name}`,
      }),
    ),
  )

export function render(context) {
  component(context, {
    draw: view => [
      h(
        "div",
        {class: "head", data: {key: "head"}},
        h("h1", null, "Jobs"),
        h("p", {"aria-live": "polite"}, view.summary ?? "looking…"),
      ),
      view.cards && [
        h("div", {class: "jbanners", data: {key: "banners"}}, view.banners.map(drawBanner)),
        h(
          "div",
          {class: "jcards", role: "group", "aria-label": "Jobs by kind", data: {key: "cards"}},
          view.cards.map(drawCard),
        ),
      ],
    ],
    act: Object.fromEntries(
      Object.keys(WORD).map(name => [name, (data, event, self) => self.send(name, {id: Number(data.id)})]),
    ),
  })
}
