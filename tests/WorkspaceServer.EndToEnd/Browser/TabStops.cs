namespace WorkspaceServer.EndToEnd.Browser;

/// <summary>What stands in the way of a keyboard on the page that is open.</summary>
internal static class TabStops
{
    /// <summary>All that Tab stops at, in the order of the document, which is the order of the keyboard while nothing has a tabindex above 0. Of a group of radio buttons it stops at one.</summary>
    public const string List = """
        () => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, iframe, [tabindex], [contenteditable]')].filter(e =>
          e.tabIndex >= 0 && e.type !== 'hidden' && !e.matches(':disabled') && e.checkVisibility({ visibilityProperty: true })
          && (e.type !== 'radio' || e.checked || !(group => group.some(one => one.checked) || group[0] !== e)([...document.getElementsByName(e.name)].filter(one => one.form === e.form))))
        """;

    /// <summary>What is wrong with them, in words; nothing on a page that is as it should be.</summary>
    /// <remarks>
    /// Each stop is below or to the right of the one before (WCAG 2.4.3); can be focused (2.1.1); then stands in the window with nothing over it, whichever way one came (2.4.11); and bears a ring (2.4.7).
    /// What can be pressed with a mouse can be reached. What sticks to an edge of the window is an order of its own.
    /// </remarks>
    public const string Findings = $$"""
        () => {
          const found = new Set();
          const stops = ({{List}})();
          const called = e => `${e.tagName.toLowerCase()}${e.id && '#' + e.id} “${(e.getAttribute('aria-label') || e.labels?.[0]?.textContent || e.textContent || e.name || '').trim().replace(/\s+/g, ' ').slice(0, 40)}”`;
          const isSeen = box => box.width > 1 && box.height > 1;
          const boxesOf = e => [e, e.closest('label'), ...(e.labels ?? [])].filter(Boolean).map(one => [...one.getClientRects()].filter(isSeen)).find(boxes => boxes.length > 0) ?? [];
          const layerOf = e => { for (; e; e = e.parentElement) { if (['fixed', 'sticky'].includes(getComputedStyle(e).position)) { return e; } } return null; };

          if (!stops[0]?.matches('.skip') || !document.querySelector(stops[0].hash)?.matches('main[tabindex="-1"]')) {
            found.add('the first stop is not the way past the menu');
          }
          for (const e of document.querySelectorAll('[tabindex]')) {
            if (e.tabIndex > 0) { found.add(`${called(e)} has an order of its own`); }
          }
          for (const e of document.querySelectorAll('main *')) {
            if (getComputedStyle(e).cursor === 'pointer' && e.checkVisibility() && !e.closest('a[href], button, label, summary, select, input, [tabindex="0"]')) { found.add(`${called(e)} is for a mouse only`); }
          }

          const places = stops.map(e => ({ e, layer: layerOf(e), box: boxesOf(e)[0] })).filter(place => place.box && !place.e.matches('.skip'));
          for (const [i, { e, layer, box }] of places.entries()) {
            const before = places[i - 1];
            if (!before || before.layer !== layer) { continue; }
            const shared = Math.min(box.bottom, before.box.bottom) - Math.max(box.top, before.box.top);
            const isAbove = box.bottom <= before.box.top + 1 && box.left < before.box.right - 1;
            const isLeft = shared > Math.min(box.height, before.box.height) / 2 && box.right <= before.box.left + 1;
            if (isAbove || isLeft) { found.add(`${called(e)} comes after ${called(before.e)} and stands ${isAbove ? 'above' : 'left of'} it`); }
          }

          const isOf = (e, hit) => e.contains(hit) || [e.closest('label'), ...(e.labels ?? [])].some(label => label?.contains(hit));
          const isOpen = e => boxesOf(e).some(({ left, right, top, bottom }) => [[0.5, 0.5], [0.1, 0.2], [0.9, 0.2], [0.1, 0.8], [0.9, 0.8]].some(([x, y]) =>
            isOf(e, document.elementFromPoint(left + (right - left) * x, top + (bottom - top) * y))));
          const hasRing = e => [e, e.closest('label'), e.nextElementSibling].some(one => one && getComputedStyle(one).outlineStyle !== 'none' && parseFloat(getComputedStyle(one).outlineWidth) >= 2);
          const [was, { scrollX, scrollY }] = [document.activeElement, window];
          scrollTo(0, 0);
          for (const e of [...stops, ...stops.toReversed()]) {
            e.focus({ focusVisible: true });
            if (document.activeElement !== e) { found.add(`${called(e)} cannot be focused`); }
            else if (!isOpen(e)) { found.add(`${called(e)} is hidden while it has the focus`); }
            else if (!hasRing(e)) { found.add(`${called(e)} has no ring while it has the focus`); }
          }
          document.activeElement.blur();
          was.focus({ preventScroll: true });
          scrollTo(scrollX, scrollY);
          return [...found];
        }
        """;
}
