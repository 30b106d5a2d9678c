import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { validateResource } from './validate-resource.ts';
import { narrativeFault } from './narrative.ts';

const div = (inner: string): string => `<div xmlns="http://www.w3.org/1999/xhtml">${inner}</div>`;

const harmless = [
  '<p class="x">Blood pressure <b>120</b>/80 &lt; normal<br/></p>',
  '<!-- <script> --><a href="https://a.b/c?d=e#f">x</a><a name="x">y</a>',
  '<table border=\'0\'><tr><td colspan="2">x</td></tr></table>',
  '<img src="data:image/png;base64,AAAA" alt="x"/><img src="#part"/><a href="Patient/1">x</a>',
  '',
];

const harmful = [
  '<script>alert(1)</script>',
  '<SCRIPT>alert(1)</SCRIPT>',
  '<img src="x" onerror="alert(1)"/>',
  '<p ONCLICK="x">y</p>',
  '<a href="javascript:alert(1)">x</a>',
  '<a href=" JavaScript:alert(1)">x</a>',
  '<a href="java&#115;cript:alert(1)">x</a>',
  '<a href="java\tscript:alert(1)">x</a>',
  '<a href="data:text/html,x">x</a>',
  '<img src="data:image/svg+xml,x"/>',
  '<iframe src="https://a.b"/>',
  '<form action="x"><input name="y"/></form>',
  '<svg/onload=alert(1)>',
  '<style>@import "x";</style>',
  '<p title=x>y</p>',
  '<p>not closed',
  '<b><i>crossed</b></i>',
  '<br>',
  '<!DOCTYPE html>',
  '<![CDATA[x]]>',
  '<?php x ?>',
  '<p',
  '<!-- not closed',
  '</div><script>x</script><div>',
];

describe('a narrative', () => {
  it('formats', () => {
    for (const inner of harmless) assert.equal(narrativeFault(div(inner)), undefined, inner);
  });

  it('does not act, and is well-formed', () => {
    for (const inner of harmful) assert.ok(narrativeFault(div(inner)), inner);
    assert.ok(narrativeFault('text'));
    assert.ok(narrativeFault(`${div('x')}y`));
  });

  it('is told of at its place, within contained resources too', () => {
    const text = { status: 'generated', div: div('<script>x</script>') };
    const contained = { resourceType: 'Patient', id: 'a', text };
    assert.deepEqual(
      validateResource({ resourceType: 'Patient', text, contained: [contained] }).map(({ expression }) => expression),
      ['Patient.text.div', 'Patient.contained[0].text.div'],
    );
  });

  it('holds up with very long ones', { timeout: 60_000 }, () => {
    for (const part of ['<b', ' ', 'a="" ', '<!--', '<b>', '<a href="', '<', ':', '&'])
      for (const before of ['', '<div ', '<div>', '<div a="'])
        assert.ok(narrativeFault(`${before}${part.repeat(300_000)}<`));
  });
});
