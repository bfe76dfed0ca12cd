// Keeps the visitor's hand in the tab's session storage, from where a reload brings it back; hand.py is its other end.
// Where this script does not run, or the browser stores nothing, a reload forgets the hand.

const STORED = "hand"
let visit = null // the server's, another one after a reload and after a restart of the server
let restoring = false

export default function ({ data, setStateValue }) {
  try {
    if (data.visit !== visit) {
      visit = data.visit
      const content = sessionStorage.getItem(STORED)
      restoring = Boolean(content)
      if (restoring) setStateValue("stored", { visit, content })
    } else restoring &&= !data.content // the server has heard of it
    if (restoring) return
    if (data.content) sessionStorage.setItem(STORED, data.content)
    else sessionStorage.removeItem(STORED)
  } catch {
    restoring = false
  }
}
