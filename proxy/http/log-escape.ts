/** How values are written into log lines. Source: ngx_http_log_escape and ngx_escape_json. */

/** `escape=default`: `"`, `\` and bytes below 32 or above 126 as `\xXX`. */
export function escapeDefault(text: string): string {
  return /["\\\x00-\x1f\x7f-\xff]/.test(text) ? text.replace(/["\\\x00-\x1f\x7f-\xff]/g, hex) : text;
}

function hex(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}

/** `escape=json`. */
export function escapeJson(text: string): string {
  return text.replace(/["\\\x00-\x1f]/g, (character) => {
    switch (character) {
      case '"':
      case '\\':
        return `\\${character}`;
      case '\n':
        return '\\n';
      case '\r':
        return '\\r';
      case '\t':
        return '\\t';
      case '\b':
        return '\\b';
      case '\f':
        return '\\f';
      default:
        return `\\u${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
    }
  });
}

export const noEscape = (text: string): string => text;
