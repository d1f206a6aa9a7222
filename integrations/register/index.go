package register

import (
	"cmp"
	"slices"

	"github.com/google/uuid"
)

func newFile() *File {
	return &File{
		parties:       map[int]Party{},
		byUUID:        map[uuid.UUID]int{},
		byNumber:      map[string]int{},
		byUser:        map[int]int{},
		owners:        map[string]ServiceOwner{},
		ownerByNumber: map[string]string{},
		roles:         map[int]map[int][]string{},
		mandates:      map[int][]Mandate{},
		members:       map[int][]Member{},
	}
}

// number gives the party's national number, whichever kind it is.
func (p Party) number() string { return cmp.Or(p.PersonNumber, p.OrganisationNumber) }

func (f *File) add(p Party) {
	f.parties[p.ID] = p
	f.byUUID[p.UUID] = p.ID
	if p.number() != "" {
		f.byNumber[p.number()] = p.ID
	}
	if p.Kind == Person {
		f.byUser[p.UserID] = p.ID
		f.roles[p.ID] = map[int][]string{}
	}
}

func (f *File) addOwner(o ServiceOwner) {
	f.owners[o.Code] = o
	f.ownerByNumber[o.Number] = o.Code
}

func (f *File) addRoles(person, party int, codes []string) {
	if f.roles[person] == nil {
		f.roles[person] = map[int][]string{}
	}
	list := slices.Clone(codes)
	slices.Sort(list)
	f.roles[person][party] = slices.Compact(list)
}

// organisation gives the party id of an organisation number, 0 when unknown.
func (f *File) organisation(number string) int {
	id := f.byNumber[number]
	if f.parties[id].Kind != Organisation {
		return 0
	}
	return id
}

// finish derives what is answered in order: all parties, mandates, members, and everybody's own role.
func (f *File) finish() {
	for _, p := range f.parties {
		f.sorted = append(f.sorted, p)
	}
	slices.SortFunc(f.sorted, byID)
	for _, person := range f.sorted {
		if person.Kind == Person {
			f.finishPerson(person)
		}
	}
}

func (f *File) finishPerson(person Party) {
	held := f.roles[person.ID]
	f.addRoles(person.ID, person.ID, append(slices.Clone(held[person.ID]), RolePrivate))
	list := make([]Mandate, 0, len(held))
	for id, codes := range held {
		list = append(list, Mandate{Party: f.parties[id], Roles: codes})
		f.members[id] = append(f.members[id], Member{Person: person, Roles: codes})
	}
	slices.SortFunc(list, func(a, b Mandate) int {
		if own := cmp.Compare(btoi(b.Party.ID == person.ID), btoi(a.Party.ID == person.ID)); own != 0 {
			return own
		}
		return byID(a.Party, b.Party)
	})
	f.mandates[person.ID] = list
}

func byID(a, b Party) int { return cmp.Compare(a.ID, b.ID) }

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
