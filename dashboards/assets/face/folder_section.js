// The folders of the library: what a person changes of them, and how they are read.
import {runSql} from "#face/address.js"
import {call} from "#face/calls.js"
import {MEDIA, drawFolder} from "#face/folder_card.js"
import {
  emptyFolders,
  forgetting,
  missingFiles,
  missingRemoval,
  removal,
  removalProblems,
  removedFolders,
  waitingRatings,
} from "#face/folder_questions.js"
import {SCANNING} from "#face/folder_scans.js"
import {askOptions} from "#face/publish_options.js"
import {plural} from "#face/wording.js"
import {ask} from "#face/ask.js"

/** @import {Folder, Known} from "#face/folder_card.js" */
/** @import {Scans} from "#face/folder_scans.js" */
/** @typedef {ListAction<Folder, Known>} Act */

/** @type {ReadCall} */
export const FOLDERS = [
  "inventory.libraries",
  {},
  {
    ...{library_id: 1, name: 1, path: 1, is_online: 1, about: 1, states: 1, problem: 1, remedy: 1, promise: 1},
    ...{file_system: 1, people_mode: 1, comment_mode: 1, audio: 1, photos: 1, exclude: 1, kind: 1, cast_people: 1},
    ...{metadata_language: 1, write_ratings: 1, file_count: 1, bytes: 1, scanned_at: 1, scanned_text: 1},
  },
]

/** The lines of a text. @param {string} text */
const linesOf = text => text.split("\n")

/** What a change of a folder has in common. @type {Pick<Act, "keeps">} */
const CHANGE = {keeps: true}

/** @type {Act[]} */
const SETTINGS = [
  {
    ...CHANGE,
    act: "set-mode",
    needs: "inventory.set_modes",
    label: "Mode",
    shows: (_, {field, value}) => ({[field]: value || null}),
    call([folder], {field, value}) {
      const of = (/** @type {"people_mode" | "comment_mode"} */ name) => (name === field ? value || null : folder[name])
      const modes = {mode: of("people_mode"), comment_mode: of("comment_mode")}
      return ["inventory.set_modes", {library_id: folder.library_id, ...modes}]
    },
    done: (_, [{name}]) => `${name}: the plan uses the new mode now.`,
  },
  {
    ...CHANGE,
    act: "include-media",
    needs: "inventory.set_media",
    label: "Include in scans",
    weighs: ([{library_id: id}], {kind, checked}) =>
      checked ? null : ["inventory.media_removal", {library_id: id, kind}],
    preview: (_, {kind}, found) => forgetting(kind, `Exclude ${MEDIA[kind][1]}?`, found),
    shows: (_, {kind, checked}) => ({[MEDIA[kind][0]]: checked}),
    call: ([{library_id: id}], {kind, checked}) => ["inventory.set_media", {library_id: id, kind, included: checked}],
    done: (_result, _folders, {kind, checked}) =>
      checked ? `The next scan includes ${MEDIA[kind][1]}.` : `Scans no longer include ${MEDIA[kind][1]}.`,
  },
  {
    ...CHANGE,
    act: "write-ratings",
    needs: "inventory.set_write_ratings",
    label: "Write ratings",
    weighs: ([{library_id: id}], {checked}) => (checked ? ["plans.waiting_ratings", {library_id: id}] : null),
    preview: (_folders, _given, waiting) => waitingRatings(waiting),
    shows: (_, {checked}) => ({write_ratings: checked ? "at-once" : "with-plan"}),
    call: ([{library_id: id}], {checked}) => [
      "inventory.set_write_ratings",
      {library_id: id, when: checked ? "at-once" : "with-plan"},
    ],
    done: (_, [{name}], {checked}) =>
      `${name}: ratings ${checked ? "are written as soon as you set them" : "wait in the plan"}.`,
  },
  {
    ...CHANGE,
    act: "set-exclude",
    needs: "inventory.set_exclude",
    label: "Leave out",
    isRefusedInPlace: true,
    weighs: ([{library_id: id}], {value}) => ["inventory.exclude_removal", {library_id: id, patterns: linesOf(value)}],
    preview: (_folders, _given, found) => forgetting("exclude", "Leave these files out?", found),
    shows: (_, {value}) => ({exclude: linesOf(value)}),
    call: ([{library_id: id}], {value}) => ["inventory.set_exclude", {library_id: id, patterns: linesOf(value)}],
    done: () => "The next scan uses the new patterns.",
  },
  {
    ...CHANGE,
    act: "set-kind",
    needs: "titles.set_library_kind",
    label: "Kind",
    shows: (_, {value}) => ({kind: value}),
    call: ([{library_id: id}], {value}) => ["titles.set_library_kind", {library_id: id, kind: value}],
    done: (job, [{name}]) => `${name}: ${job ? "its titles are being identified" : "nothing is identified"}.`,
  },
  {
    ...CHANGE,
    act: "set-language",
    needs: "inventory.set_metadata_language",
    label: "Language",
    isRefusedInPlace: true,
    shows: (_, {value}) => ({metadata_language: value}),
    call: ([{library_id: id}], {value}) => ["inventory.set_metadata_language", {library_id: id, language: value}],
    done(_, [{name}], {value}) {
      const language = value.trim().toLowerCase()
      return `${name}: titles are looked up in ${language ? `“${language}”` : "the language of the settings"} from now on.`
    },
  },
  {
    ...CHANGE,
    act: "set-cast",
    needs: "inventory.set_cast_people",
    label: "Cast",
    shows: (_, {value}) => ({cast_people: value}),
    call: ([{library_id: id}], {value}) => ["inventory.set_cast_people", {library_id: id, choice: value}],
    done: (_, [{name}]) => `${name}: the next look-up of its films does that.`,
  },
  {
    ...CHANGE,
    act: "set-publish",
    needs: "publications.set_options",
    label: "Publishes",
    shows: (_, {value}) => ({publish: value}),
    call: ([{library_id: id}], {value}) => ["publications.set_options", {library_id: id, publish: value}],
    want: {is_on: 1, summary: 1},
    done: ({is_on: isOn, summary}, [{name}]) =>
      isOn
        ? `${name} publishes ${summary}. Nothing is written yet.`
        : `${name} publishes nothing. Files that were published stay.`,
  },
  {
    act: "publish-options",
    needs: "publications.set_options",
    label: "Programs and pictures…",
    run: ([{library_id: id}]) => askOptions(id),
  },
]

/** @param {Scans} scans @returns {Act[]} */
const scanActions = scans => [
  {
    act: "scan-folder",
    needs: "scans.add_libraries",
    label: "Scan",
    run: ([{library_id: id}]) => scans.start([id]),
  },
  {
    act: "read-folder",
    needs: "scans.add_libraries",
    label: "Read every file again",
    run: ([{library_id: id}]) => scans.start([id], {full: true}),
  },
  {
    ...CHANGE,
    act: "include-photos",
    needs: "inventory.set_media",
    label: "Include photos and scan",
    shows: () => ({photos: true}),
    call: ([{library_id: id}]) => ["inventory.set_media", {library_id: id, kind: "photo", included: true}],
    follows: (_, [{library_id: id}]) => scans.start([id]),
  },
  ...["find-missing", "mark-deleted"].map(act => ({
    ...CHANGE,
    act,
    needs: "scans.add_libraries",
    label: act === "find-missing" ? "Find missing files…" : "These files were deleted…",
    asks: (/** @type {Folder[]} */ [folder]) => missingFiles(folder),
    call: (/** @type {Folder[]} */ [{library_id: id}]) =>
      /** @type {CallOf<"scans.add_libraries">} */ (["scans.add_libraries", {library_ids: [id], accept_missing: true}]),
    want: {id: 1},
    follows: (/** @type {{id: number}} */ {id}) => scans.watch(id),
  })),
]

/** @type {Act[]} */
const REMOVALS = [
  {
    ...CHANGE,
    act: "find-empty",
    needs: "inventory.remove_empty_folders",
    label: "Find empty folders…",
    asks: ([folder]) => emptyFolders(folder),
    call: ([{library_id: id}], {folders}) => ["inventory.remove_empty_folders", {library_id: id, folders}],
    done: report => (report.problems.length ? "" : removedFolders(report)),
    follows: report => report.problems.length && ask(removalProblems(report)),
  },
  {
    ...CHANGE,
    act: "forget-missing",
    needs: "inventory.forget_missing",
    label: ({states}) => `Forget ${states.missing.toLocaleString("en")} missing…`,
    asks: ([folder]) => missingRemoval(folder),
    call: ([{library_id: id}]) => ["inventory.forget_missing", {library_id: id}],
    done: ({files}) => `${plural(files, "file")} forgotten.`,
  },
  {
    act: "remove-folder",
    needs: "inventory.remove",
    label: "Remove this folder…",
    asks: ([folder]) => removal(folder),
    call: ([{library_id: id}]) => ["inventory.remove", {library_id: id}],
    done: ({files}) => `${plural(files, "file")} forgotten.`,
  },
  {
    act: "folder-sql",
    needs: "inventory.as_sql",
    label: "Open files as SQL",
    run: async ([{library_id: id}]) => runSql(await call("inventory.as_sql", {library_id: id})),
  },
]

/** The cards of the folders. @param {Scans} scans @returns {SectionSpec<Folder, Known>} */
export const folderSection = scans => ({
  name: "folder-list",
  title: "Folders",
  hasNoTitle: true,
  isBare: true,
  reads: () => ({
    folders: FOLDERS,
    publishing: ["publications.libraries", {}, {library_id: 1, options: {publish: 1, is_on: 1, summary: 1}}],
    scanning: SCANNING,
  }),
  rows: "folders",
  id: "library_id",
  when: ({folders}) => folders.length > 0,
  draw: (known, parts) => known.folders.map(folder => drawFolder(folder, known, parts)),
  actions: [...SETTINGS, ...scanActions(scans), ...REMOVALS],
})
