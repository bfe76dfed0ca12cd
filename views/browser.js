// What only the browser can do; browser.py is its other end. Where this script does not run, the page
// works as well: Undo is an ordinary Streamlit button, and a reload starts with an empty canvas.

const STORED = "drawing" // the key in the tab's session storage
const PATIENCE_MS = 2500 // after pen-up; an answer takes 300

let server = null // its last data: {width, messages, objects, undone, visit}
let send = () => {}
let pen = null // where it touches the canvas: {type, x, y, target}
let clicks = 0 // on Undo in this visit; the server undoes those that it has not heard of
let unanswered = null // the last stroke: its timer, and how many messages the server had got before it
let restoring = false

const notice = document.createElement("div")
notice.className = "notice"
notice.role = "alert"
notice.textContent =
  "No answer yet: the connection may be lost. Your drawing is safe here and will be read once the page is connected again."

export default function ({ parentElement, data, setStateValue }) {
  send = setStateValue
  parentElement.querySelector(".notice-place").append(notice)
  if (server && data.width !== server.width) endStroke()
  if (unanswered && data.messages !== unanswered.messages) answered()
  if (!server) restore(data)
  store(data)
  clicks = data.visit === server?.visit ? Math.max(clicks, data.undone) : data.undone
  server = data
  withCanvas(shutToolbar)
  const answer = document.querySelector(".st-key-prediction") // it stays, and what is in it is replaced
  answer?.setAttribute("role", "status")
  answer?.setAttribute("aria-atomic", "true")
}

const canvas = () => {
  const hosts = document.querySelectorAll(".st-key-drawing *")
  return [...hosts].find(element => element.shadowRoot)?.shadowRoot.querySelector(".dc-root")
}

function withCanvas(act) {
  if (canvas()) act(canvas())
  else requestAnimationFrame(() => withCanvas(act))
}

// The component's own toolbar lies out of sight above the canvas, but the keyboard could still reach it.
function shutToolbar(canvas) {
  canvas.querySelector(".dc-toolbar").inert = true
}

// The canvas throws away the stroke under way when its pen changes, so end the stroke first.
function endStroke() {
  if (!pen) return
  const { type, x: clientX, y: clientY, target } = pen
  if (type === "touch") {
    const changedTouches = [new Touch({ identifier: 0, target, clientX, clientY })]
    document.dispatchEvent(new TouchEvent("touchend", { changedTouches }))
  } else document.dispatchEvent(new MouseEvent("mouseup", { clientX, clientY }))
  penUp()
}

function restore({ objects, visit }) {
  try {
    const stored = sessionStorage.getItem(STORED)
    restoring = Boolean(stored) && !objects.length
    const message = restoring && { visit, objects: JSON.parse(stored) }
    if (restoring) withCanvas(() => send("stored", message)) // the canvas does not send what it starts from
  } catch {
    restoring = false // the browser stores nothing here, or something else has written there
  }
}

function store({ objects }) {
  restoring &&= !objects.length
  if (restoring) return // the server has not heard of it yet
  try {
    if (objects.length) sessionStorage.setItem(STORED, JSON.stringify(objects))
    else sessionStorage.removeItem(STORED)
  } catch {
    // As above; then a reload starts with an empty canvas.
  }
}

function penUp() {
  pen = null
  clearTimeout(unanswered?.timer)
  unanswered = { messages: server?.messages, timer: setTimeout(() => notice.classList.add("shown"), PATIENCE_MS) }
}

function answered() {
  clearTimeout(unanswered.timer)
  unanswered = null
  notice.classList.remove("shown")
}

const everywhere = (type, handler) => document.addEventListener(type, handler, { capture: true })
everywhere("pointerdown", event => {
  const target = event.composedPath()[0]
  if (event.button !== 0 || !target.classList?.contains("upper-canvas")) return
  pen = { type: event.pointerType, x: event.clientX, y: event.clientY, target }
})
everywhere("pointermove", event => {
  if (pen) Object.assign(pen, { x: event.clientX, y: event.clientY })
})
everywhere("pointerup", () => pen && penUp())
everywhere("pointercancel", () => pen && penUp())
// A pasted picture goes to the uploader, which takes it as if it had been dropped on it, with the same limits.
everywhere("paste", event => {
  const photo = document.querySelector(".st-key-photo")
  const input = photo?.querySelector("input[type=file]")
  if (!input || photo.offsetParent === null || !event.clipboardData.files.length) return
  input.files = event.clipboardData.files
  input.dispatchEvent(new Event("change", { bubbles: true }))
})
// Streamlit would take several clicks that come during one run of the page for one.
everywhere("click", event => {
  if (!server || !event.target.closest?.(".st-key-undo button")) return
  event.stopImmediatePropagation()
  send("undos", { visit: server.visit, clicks: ++clicks })
})
