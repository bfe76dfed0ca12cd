"""Time inside the page, from what a person does to the first frame that shows what comes of it."""


def watch(event: str, shown: str) -> str:
    """Return JavaScript that sets `window.taken`, null until then, to the ms from the next `event` to another `shown`.

    `shown`: a JavaScript expression, looked at whenever the page changes; it is taken for shown one frame later.
    """
    return f"""() => {{
        const shown = () => {shown}
        window.taken = null
        const before = shown()
        let started = null
        window.addEventListener("{event}", () => {{ started = performance.now() }}, {{capture: true, once: true}})
        const observer = new MutationObserver(() => {{
            if (started !== null && shown() !== before) {{
                observer.disconnect()
                requestAnimationFrame(() => {{ window.taken = performance.now() - started }})
            }}
        }})
        observer.observe(document.body, {{subtree: true, childList: true, characterData: true, attributes: true}})
    }}"""
