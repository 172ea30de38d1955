// The questions before something of a folder is forgotten, marked as missing, or removed: what it does, in numbers.
import {drawSection} from "#face/dialog_sections.js"
import {andMore, count, plural} from "#face/wording.js"

/** @typedef {{library_id: number}} Folder */

const PATHS = 200 // shown empty folders
const PROBLEMS = 20 // shown sentences about folders that cannot be removed

/** @type {(...sections: (object | false | 0)[]) => Child} */
const drawSections = (...sections) => sections.filter(Boolean).map(each => drawSection(/** @type {any} */ (each)))

/** @param {number} number */
const files = number => plural(number, "file")

/** What a part of a folder is called, and how to undo that it is forgotten. @type {Record<string, [label: string, after: string]>} */
const PARTS = {
  all: ["files that Indexium forgets", "To undo this, add the folder again."],
  missing: ["files that are missing", "If a file returns, Indexium recognises it by its content."],
  audio: ["audio files that Indexium forgets", "To undo this, include audio files again and scan."],
  photo: ["photos that Indexium forgets", "To undo this, include photos again and scan."],
  exclude: ["files that Indexium forgets", "To undo this, remove the pattern and scan."],
}

/** The effect of forgetting a part of a folder. @type {(part: string, found: Values.RemovalReport) => Child} */
function drawForgetting(part, {path, files: number, with_people: people, decisions}) {
  const [label, after] = PARTS[part]
  const pairs = [
    ["folder", path],
    [label, count(number)],
    ["of them with people", `${count(people)}: their people are kept`],
    ...(decisions ? [["edits, skips and modes", `${count(decisions)}: these are removed`]] : []),
  ]
  return drawSections(
    {kind: "text", text: "No file on the disk is changed, and the history stays."},
    {kind: "facts", pairs},
    {kind: "hint", text: after},
  )
}

/** The question before a change that forgets files; false: it forgets none. @type {(part: string, title: string, found: Values.RemovalReport | null) => Question | false} */
export const forgetting = (part, title, found) =>
  Boolean(found?.files) && {
    title,
    parts: () => drawForgetting(part, found),
    confirm: `Forget ${files(found.files)}`,
    risky: true,
  }

/** @param {Folder} folder @returns {Question} */
export const removal = ({library_id: id}) => ({
  title: "Remove this folder?",
  reads: () => ["inventory.removal", {library_id: id}],
  parts: found => drawForgetting("all", found),
  confirmOf: ({files: number}) => (number ? `Forget ${files(number)}` : "Remove the folder"),
  confirm: "Remove the folder",
  risky: true,
  stays: true,
})

/** @param {Folder} folder @returns {Question} */
export const missingRemoval = ({library_id: id}) => ({
  title: "Forget missing files?",
  reads: () => ["inventory.missing_removal", {library_id: id}],
  parts: found => drawForgetting("missing", found),
  confirmOf: ({files: number}) => `Forget ${files(number)}`,
  confirm: "Forget",
  risky: true,
  stays: true,
})

/** The files of a folder that are not there. @param {Values.FolderComparison} found */
function drawMissing({known, gone, new: fresh, with_people: people, reason}) {
  if (reason)
    return drawSections(
      {kind: "why", level: "warning", text: reason},
      {kind: "text", text: "If all files are deleted, remove the folder. The people of its files are kept."},
    )
  if (!gone) return drawSections({kind: "text", text: "Every known file was found."})
  const pairs = [
    ["known", files(known)],
    ["missing now", files(gone)],
    ["of them with people", `${count(people)}: their people are kept`],
    ...(fresh ? [["new", `${files(fresh)}; some may be missing files under another name`]] : []),
  ]
  const text = "These files would be marked as missing. Nothing is deleted. Indexium recognises returning files."
  return drawSections({kind: "facts", pairs}, {kind: "text", text})
}

/** @param {Folder} folder @returns {Question} */
export const missingFiles = ({library_id: id}) => ({
  title: "Looking for missing files",
  titleOf({reason, gone}) {
    if (reason) return "The folder cannot be checked now"
    return gone ? "Mark these files as missing?" : "No file is missing"
  },
  reads: () => ["inventory.compare_folder", {library_id: id}],
  parts: drawMissing,
  confirmOf: ({reason, gone}) => (gone && !reason ? `Mark ${files(gone)} as missing` : ""),
  confirm: "Mark as missing",
  risky: true,
  stays: true,
})

/** @type {(problems: string[], most?: number) => object[]} */
const warnings = (problems, most = problems.length) =>
  problems.slice(0, most).map(text => ({kind: "why", level: "warning", text}))

/** @param {Values.EmptyFolderReport} found */
function drawEmptyFolders({path: top, folders, problems}) {
  if (!folders.length && problems.length) return drawSections(...warnings(problems))
  if (!folders.length) return drawSections({kind: "text", text: "Every folder has a file, or a folder with a file."})
  const shown = [...folders].sort().slice(0, PATHS)
  const start = `${top.replace(/\/$/, "")}/`
  return drawSections(
    ...warnings(problems),
    {kind: "text", text: "These folders contain no files, and no folders except empty ones."},
    {
      kind: "items",
      label: plural(folders.length, "empty folder"),
      items: shown.map(path => ({
        name: path.startsWith(start) ? path.slice(start.length) : path,
        path,
        level: "",
        status: "",
      })),
      more: andMore(folders.length - shown.length),
    },
    {kind: "hint", text: "Each folder that is still empty is removed from the disk. Indexium cannot restore it."},
  )
}

/** @param {Folder} folder @returns {Question} */
export const emptyFolders = ({library_id: id}) => ({
  title: "Looking for empty folders",
  titleOf({folders, problems}) {
    if (folders.length) return "Remove empty folders?"
    return problems.length ? "The folder cannot be checked now" : "No folder is empty"
  },
  reads: () => ["inventory.empty_folders", {library_id: id}],
  parts: drawEmptyFolders,
  answers: ({folders}) => ({folders}),
  confirmOf: ({folders}) => (folders.length ? `Remove ${plural(folders.length, "folder")}` : ""),
  confirm: "Remove",
  risky: true,
  stays: true,
})

/** @param {Values.EmptyFolderReport} report */
export const removedFolders = ({removed}) => `${plural(removed, "empty folder was", "empty folders were")} removed.`

/** What a person reads about empty folders that could not be removed. @param {Values.EmptyFolderReport} report @returns {Question} */
export const removalProblems = report => ({
  title: removedFolders(report),
  parts: () =>
    drawSections(...warnings(report.problems, PROBLEMS), {
      kind: "hint",
      text: andMore(report.problems.length - PROBLEMS),
    }),
  confirm: "",
})

/** The question before the ratings that wait in a folder are written; false: none waits. @param {number | null} waiting @returns {Question | false} */
export const waitingRatings = waiting =>
  Boolean(waiting) && {
    title: "Write ratings at once?",
    text:
      waiting === 1
        ? "1 rating waits in this folder. It is written now."
        : `${count(waiting)} ratings wait in this folder. They are written now.`,
    confirm: `Write ${plural(waiting, "rating")}`,
  }
