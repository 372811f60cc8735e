import { describe, expect, it } from 'vitest';
import { matchStudent, readRoster } from './roster.ts';

const read = (text: string) => readRoster(text, 'class.csv');

describe('a roster', () => {
  it('may be our own', () => {
    expect(read('id,name,email,github\n7,Ada Lovelace,ada@example.org,ada-l\n')).toEqual([
      { id: '7', name: 'Ada Lovelace', email: 'ada@example.org', login: 'ada-l', enrolled: true },
    ]);
  });

  it('may be Moodle’s grading worksheet', () => {
    const text = `\uFEFFIdentifier,"Full name","Email address",Status,Grade,"Last modified (submission)"
"Participant 1001","Ada Lovelace",ada@example.org,"Submitted for grading",,"Sunday, 1 March 2026, 10:04 AM"
"Participant 1002","Bo Berg",bo@example.org,"No submission",,-
`;
    const [ada, bo] = read(text);
    expect(ada).toMatchObject({ id: 'ada@example.org', moodleId: '1001' });
    expect(ada?.submittedAt).toBe(new Date(2026, 2, 1, 10, 4).toISOString());
    expect(bo).not.toHaveProperty('submittedAt');
  });

  it('may be Canvas’ gradebook, with its line of points', () => {
    const text = `Student,ID,SIS User ID,SIS Login ID,Section,Lab 3 (77)
    Points Possible,,,,,100
"Lovelace, Ada",501,4711,ada,Web 101,
`;
    expect(read(text)).toEqual([
      {
        id: '4711',
        name: 'Lovelace, Ada',
        canvasId: '501',
        number: '4711',
        username: 'ada',
        section: 'Web 101',
        enrolled: true,
      },
    ]);
  });

  it('may be Gradescope’s, with first and last names', () => {
    expect(read('First Name;Last Name;SID;Email\nAda;Lovelace;4711;ada@example.org')).toEqual([
      { id: '4711', name: 'Ada Lovelace', number: '4711', email: 'ada@example.org', enrolled: true },
    ]);
  });

  it('may be GitHub Classroom’s list, which says when', () => {
    const text = `"assignment_name","roster_identifier","github_username","submission_timestamp"
"lab3","Ada Lovelace","ada-l","2026-03-01 10:00:00 UTC"
`;
    expect(read(text)[0]).toMatchObject({ id: 'ada-l', name: 'Ada Lovelace', submittedAt: '2026-03-01T10:00:00.000Z' });
  });

  it.for([
    [
      'name,email\nAda,ada@example.org\nBo,bo at example.org\n',
      'class.csv:3: email: "bo at example.org" is no e-mail address',
    ],
    ['name,id\nAda,1\n\nBo,1\n', 'class.csv:4: "1" stands on line 2 already'],
    ['name,email\n"Ada,ada@example.org\n', 'class.csv: line 2: a quote is opened and never closed'],
    ['colour,size\nred,1\n', 'class.csv:1: none of the columns is known'],
    ['name,section\n,A\n', 'class.csv:2: nothing on this line says who it is'],
    ['name\n', 'class.csv: there is no student in it'],
    ['name,github\nAda,not a login\n', 'class.csv:2: login: "not a login" is no GitHub login'],
  ])('that is wrong is refused with its line: %j', ([text, message]) => {
    expect(() => read(text!)).toThrow(message);
  });
});

describe('a student is found', () => {
  const roster = read(`id,name,email,moodle id,canvas id,github
1,Ada Lovelace,ada@example.org,1001,501,ada-l
2,Björn Müller Årsson,bjorn@example.org,1002,502,bm
3,Kim Lee,kim@example.org,1003,503,kim1
4,Kim Lee,kim2@example.org,1004,504,kim2
`);
  const found = (owner: Parameters<typeof matchStudent>[1]) => matchStudent(roster, owner)?.id;

  it('by numbers, addresses and logins, whatever the name says', () => {
    expect(found({ name: 'Somebody Else', moodleId: '1001' })).toBe('1');
    expect(found({ email: 'ADA@example.org' })).toBe('1');
    expect(found({ login: 'Kim2' })).toBe('4');
    expect(found({ canvasId: '502' })).toBe('2');
  });

  it('by the name as systems spell it', () => {
    expect(found({ name: 'ada lovelace' })).toBe('1');
    expect(found({ name: 'lovelaceada' })).toBe('1');
    expect(found({ name: 'arssonbjornmuller' })).toBe('2');
    expect(found({ name: 'ada' })).toBe('1');
  });

  it('never by a name that two have, nor by a part of one', () => {
    expect(found({ name: 'Kim Lee' })).toBeUndefined();
    expect(found({ name: 'Lovelace' })).toBeUndefined();
    expect(found({})).toBeUndefined();
  });
});
