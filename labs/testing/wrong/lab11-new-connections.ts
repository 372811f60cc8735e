// fails: lab11.reuse
// Every request to an instance has a connection of its own.
import { crew } from '../crew.ts';

crew({ opensEachTime: true });
