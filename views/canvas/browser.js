// What only the browser can do; browser.py is its other end. Where this script does not run, the page
// works as well: Undo and Clear are ordinary Streamlit buttons, an answer takes 0.2 s longer, and a reload starts with
// an empty canvas.

const STORED = "drawing" // the key in the tab's session storage
const PATIENCE_MS = 2500 // after pen-up; an answer takes 100
const NEAR_PX = 3 // on the canvas; a stroke that starts so near to another is the same one
const TITLES = { undo: "Or press Ctrl+Z; Ctrl+Shift+Z brings the stroke back", clear: "Or press Escape" }

let server = null // its last data: {objects, asked, waiting, width, messages, commands, visit}
let send = () => {}
let pen = null // the stroke under way: {finger, target, box, points, asked, interrupted}; finger is null for a mouse
let drawn = [] // the strokes since the last command that the server is not known to have; looked: see `recover`
let commands = [] // what this visit's clicks and keys have asked for; the server carries out those that are new to it
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
  if (pen && (data.width !== server?.width || data.asked !== server?.asked)) pen.interrupted = true
  if (unanswered && data.messages !== unanswered.messages) answered()
  if (!server) restore(data)
  store(data)
  if (data.visit !== server?.visit) [commands, drawn] = [Array(data.commands).fill(null), []]
  server = data
  drawn = drawn.filter(stroke => !has(data.objects, stroke))
  if (!data.waiting && !pen) drawn.filter(stroke => stroke.asked !== data.asked).forEach(recover)
  withCanvas(canvas => (toolbar(canvas).inert = true)) // it lies out of sight, but the keyboard could still reach it
  for (const name in TITLES) document.querySelector(`.st-key-${name} button`)?.setAttribute("title", TITLES[name])
  const answer = document.querySelector(".st-key-prediction") // it stays, and what is in it is replaced
  answer?.setAttribute("role", "status")
  answer?.setAttribute("aria-atomic", "true")
}

const canvas = () => {
  const hosts = document.querySelectorAll(".st-key-drawing *")
  return [...hosts].find(element => element.shadowRoot)?.shadowRoot.querySelector(".dc-root")
}
const toolbar = canvas => canvas.querySelector(".dc-toolbar")

function withCanvas(act) {
  if (canvas()) act(canvas())
  else requestAnimationFrame(() => withCanvas(act))
}

// The canvas waits 0.2 s before it sends a stroke, if nobody presses the button for it in its toolbar.
const sendAtOnce = () => canvas() && toolbar(canvas()).querySelector("button").click()

// The canvas throws away the stroke under way when its pen or its drawing changes, so draw that stroke once more.
function redraw({ finger, target, box, points }, lift = false) {
  const { left, top, width } = target.getBoundingClientRect()
  const scale = width / box.width
  const dispatch = (on, mouse, touch, [x, y]) => {
    const place = { clientX: left + scale * (x - box.left), clientY: top + scale * (y - box.top) }
    const touches = finger === null ? [] : [new Touch({ identifier: finger, target, ...place })]
    const options = { cancelable: true, changedTouches: touches, ...place }
    on.dispatchEvent(finger === null ? new MouseEvent(mouse, options) : new TouchEvent(touch, options))
  }
  dispatch(target, "mousedown", "touchstart", points[0])
  for (const point of points.slice(1)) dispatch(document, "mousemove", "touchmove", point)
  if (lift) dispatch(document, "mouseup", "touchend", points.at(-1))
}

// Whether a stroke is among the server's: one of those starts where it does.
function has(objects, { target, box, points: [[x, y]] }) {
  const scale = target.width / box.width
  const distance = ([, toX, toY]) => Math.hypot(toX - scale * (x - box.left), toY - scale * (y - box.top))
  return objects.some(({ path }) => distance(path[0]) < NEAR_PX)
}

// A busy server takes only the last of what the canvas has sent. Where that is its answer to an undo, say, it is
// without the strokes that were drawn before the canvas had heard of the undo. So have the server look once more at
// what has been sent, and if a stroke is not there, either, draw it again, provided that the canvas can be seen.
function recover(stroke) {
  if (!stroke.looked) stroke.looked = order("look", null)
  else if (stroke.looked <= server.commands && stroke.target.offsetParent) {
    Object.assign(stroke, { asked: server.asked, looked: 0 })
    redraw(stroke, true)
  }
}

// What is seen of the sheet must not change under the pen.
const SEEN = ["--across", "--down"]
const { documentElement: root } = document
const hold = () => SEEN.forEach(name => root.style.setProperty(name, getComputedStyle(root).getPropertyValue(name)))
const letGo = () => SEEN.forEach(name => root.style.removeProperty(name))

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

function answered() {
  clearTimeout(unanswered.timer)
  unanswered = null
  notice.classList.remove("shown")
}

function command(name) {
  if (!server) return
  // How many strokes are seen: those that reach the server together with the command may be later.
  const seen = server.commands === commands.length ? server.objects.length + drawn.length : null
  drawn = []
  order(name, seen)
}

// Streamlit would take several clicks that come during one run of the page for one, so all that are new are sent.
function order(name, seen) {
  commands.push([name, seen])
  const from = Math.min(server.commands, commands.length)
  send("commands", { visit: server.visit, from, commands: commands.slice(from) })
  return commands.length
}

const everywhere = (type, handler) => window.addEventListener(type, handler, { capture: true, passive: true })
everywhere("pointerdown", event => {
  const target = event.composedPath()[0]
  if (event.button !== 0 || !event.isPrimary || !target.classList?.contains("upper-canvas")) return
  hold()
  const [points, box] = [[[event.clientX, event.clientY]], target.getBoundingClientRect()]
  pen = { finger: null, target, box, points, asked: server?.asked, interrupted: false }
})
everywhere("touchstart", event => {
  if (pen && event.isTrusted) pen.finger = event.changedTouches[0].identifier
})
everywhere("pointermove", event => {
  if (pen && event.isPrimary) pen.points.push([event.clientX, event.clientY])
})
for (const type of ["mouseup", "touchend", "touchcancel"]) {
  everywhere(type, event => {
    if (!pen || !event.isTrusted) return
    const stroke = pen
    if (stroke.interrupted) redraw(stroke)
    pen = null
    letGo()
    setTimeout(() => {
      sendAtOnce() // the canvas has the stroke by now
      drawn.push(stroke)
    })
    clearTimeout(unanswered?.timer)
    unanswered = { messages: server?.messages, timer: setTimeout(() => notice.classList.add("shown"), PATIENCE_MS) }
  })
}
// A pasted picture goes to the uploader, which takes it as if it had been dropped on it, with the same limits.
everywhere("paste", event => {
  const photo = document.querySelector(".st-key-photo")
  const input = photo?.querySelector("input[type=file]")
  if (!input || photo.offsetParent === null || !event.clipboardData.files.length) return
  input.files = event.clipboardData.files
  input.dispatchEvent(new Event("change", { bubbles: true }))
})
everywhere("click", event => {
  const name = Object.keys(TITLES).find(each => event.target.closest?.(`.st-key-${each} button`))
  if (!server || !name) return
  event.stopImmediatePropagation()
  command(name)
})
window.addEventListener("keydown", event => {
  const isShown = document.querySelector(".st-key-draw")?.offsetParent
  const isTyping = event.composedPath()[0].closest?.("input:not([type=range]), textarea")
  const isOver = document.querySelector("[data-testid=stPopoverBody], [role=dialog], [role=listbox], [role=menu]")
  if (!isShown || isTyping || isOver || event.defaultPrevented) return
  const isZ = (event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "z"
  const plain = !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey)
  const name = isZ ? (event.shiftKey ? "redo" : "undo") : plain && ["Escape", "Delete"].includes(event.key) && "clear"
  if (!name) return
  event.preventDefault()
  command(name)
})
