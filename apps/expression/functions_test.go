package expression

import (
	"testing"
	"time"
)

func TestLogic(t *testing.T) {
	t.Parallel()
	wantCases(t, Context{Argv: []Value{{}, Text("x"), Text("TRUE"), Text("1.0"), ListOf()}}, map[string]string{
		`["and",true,null]`:               `false`,
		`["or",null,"TRUE"]`:              `true`,
		`["not",["argv",0]]`:              `true`,
		`["not",["argv",2]]`:              `false`,
		`["and",["argv",3]]`:              `true`,
		`["and","1e0"]`:                   `true`,
		`["or",true,["argv",1]]`:          `!Expected boolean`,
		`["or",["argv",4]]`:               `!Expected boolean`,
		`["if",null,1,"else",2]`:          `2`,
		`["if",true,["list",1]]`:          `[1]`,
		`["if",true,1,"ELSE",2]`:          `1`,
		`["if",true,1,"else",["argv",9]]`: `!Index 9 out of range`,
		`["if",true,1,"otherwise",2]`:     `!Expected third argument to be "else"`,
		`["if",true]`:                     `!Expected either 2 arguments (if) or 4 (if + else), got 1`,
		`["if",true,1,"else"]`:            `!got 3`,
		`["equals",1.0,"1"]`:              `true`,
		`["equals","True",true]`:          `true`,
		`["equals",["list"],1]`:           `!Expected argument to be string, got list`,
		`["equals",["argv",4],"[]"]`:      `true`,
		`["notEquals",12345678901234567890,"12345678901234567890"]`: `false`,
		`["greaterThan",12345678901234567891,12345678901234567890]`: `true`,
		`["lessThan","+1",".5e1"]`:                                  `true`,
		`["greaterThan",null,-1]`:                                   `false`,
		`["greaterThanEq",null,null]`:                               `false`,
		`["lessThanEq","0x10",1]`:                                   `!Expected number, got value "0x10"`,
	})
}

func TestCompare(t *testing.T) {
	t.Parallel()
	wantCases(t, Context{Argv: []Value{{}, Int(2020)}}, map[string]string{
		`["compare","a","not","equals","b"]`:                                        `true`,
		`["compare",null,"equals","null"]`:                                          `true`,
		`["compare",null,"greaterThan",1]`:                                          `false`,
		`["compare",null,"not","greaterThan",1]`:                                    `true`,
		`["compare","2020-01-01","isBefore","2020-01-01"]`:                          `false`,
		`["compare","2020-01-01","isBeforeEq","2020-01-01"]`:                        `true`,
		`["compare","2020-01-01T12:00+02:00","isBefore","2020-01-01T11:00Z"]`:       `true`,
		`["compare","2020-01-01T00:00:00.0001","isAfter","2020-01-01"]`:             `true`,
		`["compare","2020-01-01T00:00Z","isAfterEq","2020-01-01"]`:                  `!Can not compare timestamps where only one specify timezone`,
		`["compare","2020-01-01T00:00Z","isSameDay","2020-01-01T00:00+01:00"]`:      `!Can not figure out if timestamps in different timezones`,
		`["compare","2020-01-01T23:30-05:00","isSameDay","2020-01-01T00:00-05:00"]`: `true`,
		`["compare","2020-01-01T23:30-05:00","isSameDay","2020-01-02T00:00-05:00"]`: `false`,
		`["compare","  ","isSameDay","2020-01-02"]`:                                 `false`,
		`["compare","  ","not","isSameDay","2020-01-02"]`:                           `true`,
		`["compare",null,"isBefore","nonsense"]`:                                    `!Unable to parse date "nonsense": Unknown format`,
		`["compare",["argv",1],"isBefore","2020-01-01"]`:                            `!Expected argument to be date, got number`,
		`["compare",1,["argv",0],2]`:                                                `!Invalid operator (it cannot be an expression or null)`,
		`["compare",1,null,2]`:                                                      `!Invalid operator (it cannot be an expression or null)`,
		`["compare",1,"not",null,2]`:                                                `!Invalid operator (it cannot be an expression or null)`,
		`["compare",true,"lessThan",2]`:                                             `!Expected number, got value true`,
		`["compare",1,"equals"]`:                                                    `!Expected 3-4 argument(s), got 2`,
	})
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	wantCases(t, Context{Argv: []Value{{}, Text("secret")}}, map[string]string{
		`["plus",0.1,0.2]`:                        `0.3`,
		`["plus",null]`:                           `0`,
		`["plus","1e3",1,-0.5]`:                   `1000.5`,
		`["plus",99999999999999999999,1]`:         `100000000000000000000`,
		`["plus",9223372036854775807,1]`:          `9223372036854775808`,
		`["minus",null,5]`:                        `-5`,
		`["minus",-9223372036854775808,1]`:        `-9223372036854775809`,
		`["minus",0.3,0.1]`:                       `0.2`,
		`["multiply",null,5]`:                     `0`,
		`["multiply",1e200,1e200]`:                `!out of range`,
		`["multiply",1e-300,1e-300]`:              `0`,
		`["multiply",-9223372036854775808,-1]`:    `9223372036854775808`,
		`["multiply",123456789012,1234567890123]`: `1.52415787531905209728476e+23`,
		`["divide",10,3]`:                         `3.3333333333333335`,
		`["divide",1,8]`:                          `0.125`,
		`["divide",-2,3]`:                         `-0.6666666666666666`,
		`["divide",1e300,1e-300]`:                 `!out of range`,
		`["divide",1,0]`:                          `!The second argument is 0, cannot divide by 0`,
		`["divide",0,null]`:                       `!cannot divide by 0`,
		`["divide",null,7]`:                       `0`,
		`["minus",1]`:                             `!Expected 2 argument(s), got 1`,
		`["plus"]`:                                `!Expected 1+ argument(s), got 0`,
		`["plus",false]`:                          `!Expected number, got value false`,
		`["round",1234.5,2]`:                      `"1234.50"`,
		`["round",1234567.891,1]`:                 `"1234567.9"`,
		`["round",1.005,2]`:                       `"1.00"`,
		`["round",2.5]`:                           `"3"`,
		`["round",-2.5]`:                          `"-3"`,
		`["round",-0.4]`:                          `"-0"`,
		`["round",12345678901234567890.5]`:        `"12345678901234567891"`,
		`["round",1e21]`:                          `"1000000000000000000000"`,
		`["round","1.25","1"]`:                    `"1.3"`,
		`["round",1,-1]`:                          `!from 0 to 100`,
		`["round",1,101]`:                         `!from 0 to 100`,
		`["sum",["list",1,null,"2.5"]]`:           `3.5`,
		`["sum",["list",["list"]]]`:               `!Expected number, got value []`,
		`["sum",["argv",0]]`:                      `!Expected argument to be list, got null`,
		`["sum",["argv",1]]`:                      `!Expected argument to be list, got string`,
		`["average",["list",1,2],null]`:           `1.5`,
		`["average",["list"],7]`:                  `7`,
		`["average",["list",1,1,2],0]`:            `1.3333333333333333`,
		`["count",["list",null,null]]`:            `2`,
		`["count",["object"]]`:                    `!Expected argument to be list, got object`,
	})
}

func TestStrings(t *testing.T) {
	t.Parallel()
	wantCases(t, Context{Argv: []Value{{}}}, map[string]string{
		`["concat"]`:                           `""`,
		`["concat",null,1,true,"NULL"]`:        `"1true"`,
		`["contains","Hei",["argv",0]]`:        `false`,
		`["notContains","Hei","e"]`:            `false`,
		`["startsWith","æøå","æ"]`:             `true`,
		`["endsWith",12.50,".5"]`:              `true`,
		`["commaContains","a , b,c ","b"]`:     `true`,
		`["commaContains","a b","b"]`:          `false`,
		`["commaContains","","" ]`:             `true`,
		`["stringLength","🌍"]`:                 `2`,
		`["stringLength",-1.50]`:               `4`,
		`["stringIndexOf","a🌍b","b"]`:          `3`,
		`["stringIndexOf","abc",""]`:           `null`,
		`["stringReplace","a.b.c",".","$&"]`:   `"a$&b$&c"`,
		`["stringReplace","a.b",".",null]`:     `"ab"`,
		`["stringReplace","","a","b"]`:         `null`,
		`["stringReplace",null,"a","b"]`:       `null`,
		`["stringReplace","a","","b"]`:         `null`,
		`["stringSlice","hello",3,1]`:          `""`,
		`["stringSlice","hello",-3,-1]`:        `"ll"`,
		`["stringSlice","hello",1.9]`:          `"ello"`,
		`["stringSlice","hello",-0.5]`:         `"hello"`,
		`["stringSlice","hello",-1e300,1e300]`: `"hello"`,
		`["stringSlice","a🌍b",1,3]`:            `"🌍"`,
		`["stringSlice","a🌍b",0,2]`:            `"a�"`,
		`["stringSlice","a🌍b",2]`:              `"�b"`,
		`["stringSlice",null,0]`:               `null`,
		`["stringSlice",null,null]`:            `!Start/end index cannot be null`,
		`["stringSlice","a",0,null]`:           `!Start/end index cannot be null`,
		`["lowerCase","ÆØÅ"]`:                  `"æøå"`,
		`["upperCase","true"]`:                 `"TRUE"`,
		`["upperCaseFirst","ære"]`:             `"Ære"`,
		`["lowerCaseFirst",""]`:                `""`,
		`["upperCaseFirst",null]`:              `null`,
		`["lowerCase",["list"]]`:               `!Expected argument to be string, got list`,
		`["concat","\u0000","\"\\\n\r\t"]`:     `"\u0000\"\\\n\r\t"`,
	})
}

func TestObjectsAndLists(t *testing.T) {
	t.Parallel()
	wantCases(t, Context{Argv: []Value{Int(1)}}, map[string]string{
		`["object","b",["list"],"a",null]`:                `{"b":[],"a":null}`,
		`["object",["argv",0],1]`:                         `!Object keys must be strings`,
		`["object","a",1,"a",2]`:                          `!Object keys must be unique`,
		`["object","a"]`:                                  `!even number of arguments`,
		`["jmespath",["object","a",["list",1,2]],"a[1]"]`: `2`,
		`["list",["object","k",["list",null]]]`:           `[{"k":[null]}]`,
	})
}

func TestFormatDate(t *testing.T) {
	t.Parallel()
	oslo := time.FixedZone("Oslo", 2*3600)
	wantCases(t, Context{TimeZone: oslo}, map[string]string{
		`["formatDate","2024-06-30T23:30Z","dd.MM.yyyy HH:mm"]`:       `"01.07.2024 01:30"`,
		`["formatDate","2024-06-30T23:30","dd.MM.yyyy HH:mm"]`:        `"30.06.2024 23:30"`,
		`["formatDate","2024-06-30t23:30z","H"]`:                      `"1"`,
		`["formatDate","2024-06-03","d. MMMM yyyy"]`:                  `"3. juni 2024"`,
		`["formatDate","2024-06-03","E d/M-yy"]`:                      `"man 3/6-24"`,
		`["formatDate","2024-06-03","MMM MMMMM EEEEE"]`:               `"jun J M"`,
		`["formatDate","2024-06-03T00:05:09.126","h.m.s.S.SS.SSS a"]`: `"12.5.9.1.12.126 a.m."`,
		`["formatDate","2024-06-03T12:00","hh a"]`:                    `"12 p.m."`,
		`["formatDate","0000-06-03","y u G"]`:                         `"1 0 f.Kr."`,
		`["formatDate","0203-06-03","y yy yyy yyyy u uu uuuu"]`:       `"203 03 203 0203 203 203 0203"`,
		`["formatDate","2024-06-03","(dd.)"]`:                         `"(03.)"`,
		`["formatDate","2024-06-03","ddMMyyyy"]`:                      `!Unsupported date format token in 'ddMMyyyy'`,
		`["formatDate","2024-06-03","d. 'de'"]`:                       `!Unsupported date format token`,
		`["formatDate","2024-06-03","EEEEEE"]`:                        `!Unsupported date format token`,
		`["formatDate","2024-06-03","yyyyy"]`:                         `!Unsupported date format token`,
		`["formatDate","2024-06-03","aa"]`:                            `!Unsupported date format token`,
		`["formatDate","2024-06-03","SSSS"]`:                          `!Unsupported date format token`,
		`["formatDate","2024-06-03","ddd"]`:                           `!Unsupported date format token`,
		`["formatDate","2024-06-03",""]`:                              `"03.06.2024"`,
		`["formatDate","2024-06-03",null]`:                            `"03.06.2024"`,
		`["formatDate"," "]`:                                          `null`,
		`["formatDate",2024]`:                                         `!Expected argument to be date, got number`,
		`["formatDate","2024-06-03T24:00"]`:                           `!Format was recognized, but the date/time is invalid`,
		`["formatDate","2024-00-01"]`:                                 `!Format was recognized, but the date/time is invalid`,
		`["formatDate","2024-06-03T10:00:00+24:00"]`:                  `!Format was recognized, but the date/time is invalid`,
		`["formatDate","2024-06-03T10:00:00+23:59"]`:                  `"02.06.2024"`,
		`["formatDate","2024-06-03T10"]`:                              `!Unknown format`,
		`["formatDate","2024-06-03Z"]`:                                `!Unknown format`,
		`["formatDate","2024-06-03T10:00:00."]`:                       `!Unknown format`,
		`["formatDate","2024-06-03T10:00:00.1234567891"]`:             `!Unknown format`,
		`["formatDate","2024-06-03T10:00.5"]`:                         `!Unknown format`,
		`["formatDate","2024-06-0३"]`:                                 `!Unknown format`,
	})
	wantCases(t, Context{Language: "en-GB"}, map[string]string{
		`["formatDate","2024-06-03"]`:                    `"6/3/24"`,
		`["formatDate","2024-06-03T13:00","EEEE MMM a"]`: `"Monday Jun PM"`,
	})
	wantCases(t, Context{Language: "nn"}, map[string]string{
		`["formatDate","2024-06-01","EEEE EEE"]`: `"laurdag lau"`,
	})
}

func TestFormatDate_ForOtherPackages(t *testing.T) {
	t.Parallel()
	at := time.Date(2024, 6, 3, 0, 0, 0, 0, time.UTC)
	for _, c := range [][3]string{
		{"", "nb", "03.06.2024"}, {"", "en", "6/3/24"}, {"", "de", "6/3/24"}, {"EEEE", "nn-NO", "måndag"}, {"d. MMMM", "no", "3. juni"},
	} {
		if got, ok := FormatDate(at, c[0], c[1]); !ok || got != c[2] {
			t.Errorf("%q in %s gave %q", c[0], c[1], got)
		}
	}
	if got, ok := FormatDate(at, "x", "nb"); ok {
		t.Errorf("gave %q for an unknown token", got)
	}
}
